//! The help of every command: a line that says what it does, and examples that can be pasted.

use super::*;
use clap::CommandFactory;

/// The commands that `promoc --help` lists, and `promoc` itself.
fn commands() -> Vec<clap::Command> {
    let root = Cli::command();
    let listed = root.get_subcommands().filter(|command| !command.is_hide_set()).cloned().collect::<Vec<_>>();
    [vec![root], listed].concat()
}

/// The examples of a command: the lines from `Examples:` to the next heading, without comments and shell syntax.
fn examples(command: &clap::Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let lines = lines.take_while(|line| line.is_empty() || line.starts_with(' ')).map(str::trim);
    let commands = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let shell = |line: &str| line.trim_start_matches("source <(").split(['>', '<', '|', ')']).next().map(str::to_owned);
    commands.filter_map(shell).collect()
}

#[test]
fn every_command_has_an_imperative_about_line() {
    for command in commands() {
        let name = command.get_name();
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let verb = about.split(' ').next().unwrap_or_default();
        assert!(about.starts_with(char::is_uppercase) && !about.ends_with('.'), "{name}: `{about}`");
        assert!(!verb.ends_with('s'), "{name}: `{verb}` is not an imperative");
        assert!(about.len() <= 64, "{name}: `{about}` does not fit on a line of 80 columns beside the name");
    }
}

#[test]
fn every_option_has_a_help_line() {
    for command in commands() {
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let at = format!("{} {}", command.get_name(), argument.get_id());
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.starts_with(char::is_uppercase) && !help.ends_with('.'), "{at}: `{help}`");
        }
    }
}

#[test]
fn every_command_has_examples_that_parse() {
    for command in commands() {
        let (name, examples) = (command.get_name(), examples(&command));
        assert!(!examples.is_empty(), "`{name}` has no example");
        for example in examples {
            let words: Vec<&str> = example.split_whitespace().collect();
            let of_this = name == "promoc" || words.get(1) == Some(&name);
            assert!(words.first() == Some(&"promoc") && of_this, "`{example}` is not an example of `{name}`");
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("the example `{example}` of `{name}` does not parse: {error}");
            }
        }
    }
}

#[test]
fn no_habit_is_a_command_and_every_answer_names_one() {
    let names: Vec<String> = commands().iter().map(|command| command.get_name().to_owned()).collect();
    for (words, help) in habits::HABITS {
        assert!(words.iter().all(|word| !names.iter().any(|name| name == word)), "{words:?}");
        let named = help.split('`').skip(1).step_by(2).map(|command| command.split(' ').nth(1).unwrap_or_default());
        let known = |word: &str| word == "--version" || names.iter().any(|name| name == word);
        assert!(named.clone().count() > 0 && named.clone().all(known), "{help}");
    }
}
