#compdef promoc
# Completions of promoc for zsh: promoc completions zsh > "${fpath[1]}/_promoc"
_promoc() {
  local -a found
  local line value files=
  for line in "${(@f)$(${~words[1]} __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      files=1
    elif [[ -n $line ]]; then
      value=${line%%$'\t'*}
      found+=("${value//:/\\:}${${line#$value}/#$'\t'/:}")
    fi
  done
  (( $#found )) && _describe -V promoc found
  [[ -n $files ]] && _files
}
if [[ $funcstack[1] == _promoc ]]; then _promoc "$@"; else compdef _promoc promoc; fi
