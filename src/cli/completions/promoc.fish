# Completions of promoc for fish: promoc completions fish > ~/.config/fish/completions/promoc.fish
function __promoc_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete -- $words[2..-1] 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            printf '%s\n' $line
        end
    end
end
complete -c promoc -f -a '(__promoc_complete)'
