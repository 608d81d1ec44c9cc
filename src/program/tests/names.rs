use super::*;
use crate::program::{Definition, Namespace};

#[test]
fn a_misspelled_name_is_reported_once_with_every_use_and_a_suggestion() {
    let analysis = analyse(
        "environment dev, qa, staging\nflow main {\n  trigger dev\n  promote qa, stagin\n  promote staging after stagin\n}\n",
    );
    assert_eq!(
        said(&analysis),
        ["E0201: no environment or group named `stagin`\n\
          main.promo:4 `stagin` did you mean `staging`?\n\
          main.promo:1 `staging` declared here\n\
          main.promo:5 `stagin` also used here\n\
          Write `staging`, or declare it: `environment stagin`.\n\
          write `staging` [stagin => staging, stagin => staging]"]
    );
    assert!(analysis.program.flows[flow(&analysis, "main")].damaged);
}

#[test]
fn the_first_of_many_uses_are_labeled_and_the_rest_counted() {
    let flows: String = (0..9).map(|n| format!("flow f{n} {{ trigger dev; promote deev }}\n")).collect();
    let analysis = analyse(&format!("environment dev\n{flows}"));
    let [diagnostic] = analysis.diagnostics.as_slice() else { panic!("{:?}", said(&analysis)) };
    let labels: Vec<&str> = diagnostic.labels.iter().map(|label| label.message.as_str()).collect();
    assert_eq!(labels[..3], ["did you mean `dev`?", "declared here", "also used here"]);
    assert_eq!((labels.len(), labels[5]), (6, "also used here, and 4 more times"));
    assert_eq!(diagnostic.fix.as_ref().map(|fix| fix.edits.len()), Some(9));
}

#[test]
fn a_name_without_a_suggestion_lists_the_few_declared_ones() {
    let analysis =
        analyse("environment dev\nworkflow notify { }\nflow main { trigger dev; on start page; promote xyz }\n");
    assert_eq!(
        said(&analysis),
        [
            "E0201: no workflow named `page`\nmain.promo:3 `page` not declared\n\
             Write `notify`, or declare it: `workflow page { … }`.",
            "E0201: no environment or group named `xyz`\nmain.promo:3 `xyz` not declared\n\
             Write `dev`, or declare it: `environment xyz`.",
        ]
    );
}

#[test]
fn a_name_of_another_kind_is_reported_with_its_kind() {
    let analysis = analyse(
        "environment dev, us-east, eu\ngroup regions = us-east, eu\nworkflow smoke { }\n\
         flow main { trigger regions; promote smoke }\n",
    );
    assert_eq!(
        said(&analysis),
        [
            "E0202: `regions` is a group, not an environment\n\
             main.promo:4 `regions` expected an environment\n\
             main.promo:2 `regions` group declared here\n\
             Write one of its environments: `us-east` or `eu`.",
            "E0202: `smoke` is a workflow, not an environment or a group\n\
             main.promo:4 `smoke` expected an environment or a group\n\
             main.promo:3 `smoke` workflow declared here\n\
             Write the name of an environment or a group: `dev`, `eu`, `regions` or `us-east`.",
        ]
    );
}

#[test]
fn the_first_of_two_declarations_counts_and_both_are_resolved() {
    let analysis = analyse(
        "environment dev, qa, dev\ngroup qa = dev\nworkflow smoke { needs APP_NAME }\nworkflow smoke { }\n\
         flow main { trigger dev; promote qa }\nflow main { trigger dev; promote qq { post-action smoke } }\n",
    );
    let said = said(&analysis);
    let first_two: Vec<String> = said.iter().map(|text| text.lines().take(3).collect::<Vec<_>>().join("\n")).collect();
    assert_eq!(
        first_two,
        [
            "E0203: environment `dev` is declared twice\nmain.promo:1 `dev` declared again here\nmain.promo:1 `dev` first declared here",
            "E0203: `qa` is already an environment; an environment and a group cannot have the same name\nmain.promo:2 `qa` declared again here\nmain.promo:1 `qa` first declared here",
            "E0203: workflow `smoke` is declared twice\nmain.promo:4 `smoke` declared again here\nmain.promo:3 `smoke` first declared here",
            "E0203: flow `main` is declared twice\nmain.promo:6 `main` declared again here\nmain.promo:5 `main` first declared here",
            "E0201: no environment or group named `qq`\nmain.promo:6 `qq` did you mean `qa`?\nmain.promo:1 `qa` declared here",
        ]
    );
    let program = &analysis.program;
    assert_eq!((program.environments.len(), program.workflows.len(), program.flows.len()), (2, 1, 1));
    let smoke = Definition::Workflow(program.workflow("smoke").unwrap());
    assert_eq!(program.references.iter().filter(|reference| reference.to == smoke).count(), 1);
}

#[test]
fn groups_of_groups_contain_each_environment_once() {
    let analysis =
        good("group all = inner, b, outer\ngroup outer = c, inner\ngroup inner = a, b\nenvironment a, b, c\n");
    let all = analysis.program.targets("all").unwrap();
    assert_eq!(environment_names(&analysis, &all), ["a", "b", "c"]);
    assert!(analysis.program.groups.values().all(|group| !group.damaged));
}

#[test]
fn a_cycle_of_groups_is_reported_once_and_its_memberships_are_dropped() {
    let analysis = analyse(
        "environment a, b, c\ngroup one = a, two\ngroup two = b, three\ngroup three = one\ngroup over = c, two\n\
         group self = self, a\n",
    );
    assert_eq!(
        said(&analysis),
        [
            "E0204: group `three` contains itself: three → one → two → three\n\
             main.promo:4 `one` `three` contains `one`\n\
             main.promo:2 `two` `one` contains `two`\n\
             main.promo:3 `three` `two` contains `three`\n\
             Remove one of these members: a group cannot contain itself.",
            "E0204: group `self` contains itself: self → self\n\
             main.promo:6 `self` `self` contains `self`\n\
             Remove one of these members: a group cannot contain itself.\nremove `self` [self,  => ]",
        ]
    );
    let members = |name: &str| environment_names(&analysis, &analysis.program.targets(name).unwrap());
    assert_eq!((members("one"), members("two")), (vec!["a".to_owned()], vec!["b".to_owned()]));
    assert_eq!((members("three"), members("over")), (vec![], vec!["c".to_owned(), "b".to_owned()]));
    assert!(analysis.program.groups.values().all(|group| group.damaged));
}

#[test]
fn a_chain_of_groups_as_long_as_a_file_does_not_overflow_the_stack() {
    let mut text = "environment a\ngroup g0 = a\n".to_owned();
    for n in 1..20_000 {
        text.push_str(&format!("group g{n} = g{}\n", n - 1));
    }
    let analysis = good(&text);
    assert_eq!(analysis.program.targets("g19999").map(|members| members.len()), Some(1));
}

#[test]
fn the_names_of_a_scenario_must_exist() {
    let analysis = analyse(
        "environment dev, prod\nworkflow smoke { }\nproduct shop { }\nflow main { trigger dev; promote prod }\n\
         scenario one {\n  release shpo via man\n  given smok takes 4m\n  given approval in prdo takes 1h\n  expect deev succeeded\n  expect smoek runs 2 times in prod\n}\n",
    );
    let said = said(&analysis);
    let primary: Vec<&str> = said.iter().filter_map(|text| text.lines().nth(1)).collect();
    assert_eq!(
        primary,
        [
            "main.promo:6 `shpo` did you mean `shop`?",
            "main.promo:6 `man` did you mean `main`?",
            "main.promo:7 `smok` did you mean `smoke`?",
            "main.promo:8 `prdo` did you mean `prod`?",
            "main.promo:9 `deev` did you mean `dev`?",
            "main.promo:10 `smoek` did you mean `smoke`?",
        ]
    );
}

#[test]
fn beside_a_syntax_error_only_misspelled_names_are_reported() {
    let analysis = analyse(
        "environment dev, asia-1\nenvirnment { far, asia-2 }\n???\nflow main { trigger dev; promote far, asia-2; promote deev }\n",
    );
    let names: Vec<&str> = analysis
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code.as_str() == "E0201")
        .filter_map(|diagnostic| diagnostic.primary())
        .map(|span| analysis.sources.text(span))
        .collect();
    if analysis.program.damaged {
        assert_eq!(names, ["deev"]);
    }
    assert!(analysis.program.damaged);
}

#[test]
fn references_contain_every_use_and_no_declaration() {
    let text = "environment dev, qa\ngroup both = dev, qa\nflow main { trigger dev; promote qa }\n";
    let analysis = good(text);
    let uses: Vec<(&str, &str)> = analysis
        .program
        .references
        .iter()
        .map(|reference| (analysis.sources.text(reference.span), analysis.program.name_of(reference.to).value.as_str()))
        .collect();
    assert_eq!(uses, [("dev", "dev"), ("qa", "qa"), ("dev", "dev"), ("qa", "qa")]);
    assert!(analysis.program.references.iter().all(|reference| reference.span.start > 20));
    assert_eq!(analysis.program.names.get(Namespace::Environments, "both").map(Definition::a_kind), Some("a group"));
}

#[test]
fn names_from_the_command_line_are_looked_up() {
    let analysis = good("environment dev, qa\ngroup both = dev, qa\nproduct billing { }\n");
    let program = &analysis.program;
    assert_eq!(
        program.product("biling").unwrap_err().to_string(),
        "no product named `biling`; did you mean `billing`?"
    );
    assert_eq!(
        program.environment("both").unwrap_err().to_string(),
        "`both` is a group, and an environment is needed; its members are dev, qa"
    );
    assert_eq!(program.flow("x").unwrap_err().to_string(), "no flow named `x`; the program declares no flow");
    assert_eq!(program.product("billing").unwrap().index(), 0);
}
