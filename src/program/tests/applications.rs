use super::*;
use crate::program::{Concurrency, FlowStart};

#[test]
fn an_application_is_expanded_and_inherits_from_its_product() {
    let analysis = good(
        "environment dev, eu, us\ngroup regions = eu, us\nflow main { trigger dev; promote regions }\n\
         product shop {\n  repo \"https://x/a.git\"\n  branch main\n  namespace \"argo-{environment}\"\n  label team = red\n  label tier = one\n\
         application {product}-{environment} in dev, regions, eu {\n    path \"/envs/{environment}/\"\n    label tier = \"{environment}\"\n  }\n\
         application extra in dev {\n    runtime r1\n    source one { path \"a\"; branch next }\n    source two { repo \"/c\"; path \".\" }\n  }\n\
         flow main when message excludes \"*wip*\"\n}\n",
    );
    let shop = &analysis.program.products[product(&analysis, "shop")];
    let names: Vec<&str> = shop.applications.values().map(|application| application.name.as_str()).collect();
    assert_eq!(names, ["shop-dev", "shop-eu", "shop-us", "extra"]);
    let us = shop.applications_in(environment(&analysis, "us")).next().unwrap().1;
    let source = &us.sources[0];
    assert_eq!(
        (source.repo.as_str(), source.branch.as_deref(), source.path.as_str()),
        ("https://x/a.git", Some("main"), "envs/us")
    );
    assert_eq!((us.namespace.as_deref(), us.runtime.as_deref(), us.component), (Some("argo-us"), None, 0));
    assert_eq!(us.labels, [("team".to_owned(), "red".to_owned()), ("tier".to_owned(), "us".to_owned())]);
    assert_eq!(analysis.sources.text(us.environment_span), "regions");
    let extra = shop.applications.values().next_back().unwrap();
    let sources: Vec<_> = extra
        .sources
        .iter()
        .map(|source| (source.name.as_deref(), source.repo.as_str(), source.branch.as_deref(), source.path.as_str()))
        .collect();
    assert_eq!(sources, [(Some("one"), "https://x/a.git", Some("next"), "a"), (Some("two"), "/c", Some("main"), "")]);
    assert_eq!(shop.concurrency, Concurrency::Queue { limit: 50, written: false });
    assert!(matches!(&shop.flows[0].start, FlowStart::When(conditions) if conditions.len() == 1));
    assert!(!shop.damaged);
}

#[test]
fn any_other_placeholder_is_an_unknown_name() {
    let analysis = analyse(
        "environment dev\nproduct shop {\n  namespace \"{prodct}\"\n  application shop-{env} in dev { path \"e/{environmnt}/{x}\" }\n}\n",
    );
    assert_eq!(
        said(&analysis),
        [
            "E0201: unknown placeholder `{prodct}`\nmain.promo:3 `{prodct}` did you mean `{product}`?\n\
             Write `{product}`.\nwrite `{product}` [{prodct} => {product}]",
            "E0201: unknown placeholder `{env}`\nmain.promo:4 `{env}` did you mean `{environment}`?\n\
             Write `{environment}`.\nwrite `{environment}` [{env} => {environment}]",
            "E0201: unknown placeholder `{environmnt}`\nmain.promo:4 `{environmnt}` did you mean `{environment}`?\n\
             Write `{environment}`.\nwrite `{environment}` [{environmnt} => {environment}]",
            "E0201: unknown placeholder `{x}`\nmain.promo:4 `{x}` not a placeholder\n\
             Write `{environment}` or `{product}`; there are no other placeholders.",
        ]
    );
}

#[test]
fn an_expanded_name_that_is_too_long_gets_a_shorter_suggestion() {
    let long = "a".repeat(57);
    let analysis = analyse(&format!(
        "environment dev, staging\nproduct shop {{ application {long}-{{environment}} in dev, staging {{ path \"x\" }} }}\n"
    ));
    let short = "a".repeat(55);
    assert_eq!(
        said(&analysis),
        [format!(
            "E0102: `{long}-staging` is 65 characters long, but a name can have at most 63\n\
             main.promo:2 `{long}-{{environment}}` too long by 2, with `staging` inserted\n\
             main.promo:2 `staging` `staging` comes from here\n\
             Write `{short}-{{environment}}`: Argo CD and Kubernetes allow at most 63 lowercase letters, digits and dashes."
        )]
    );
}

#[test]
fn a_name_with_invalid_characters_gets_a_valid_suggestion() {
    let analysis = analyse(
        "environment dev, qa\nproduct shop {\n  application Shop_{environment} in dev, qa { path \"x\" }\n\
         application Web in qa { path \"y\" }\n}\n",
    );
    let said: Vec<String> = said(&analysis);
    assert_eq!(said.len(), 2);
    assert!(
        said[0].contains("main.promo:3 `Shop_{environment}` ") && said[0].contains("Write `shop-{environment}`: "),
        "{}",
        said[0]
    );
    assert!(said[1].contains("main.promo:4 `Web` ") && said[1].contains("Write `web`: "), "{}", said[1]);
}

#[test]
fn applications_with_the_same_name_are_reported_once_for_each_pair() {
    let analysis = analyse(
        "environment dev, qa\nproduct one {\n  application a-{environment} in dev, qa { path \"x\" }\n\
         application a-{environment} in dev, qa { path \"y\" }\n  application a-dev in dev { namespace other; path \"z\" }\n}\n\
         product two { application same in dev, qa { path \"x\" } }\n\
         product three { application same in qa { runtime r; path \"x\" }; application a-qa in qa { path \"x\" } }\n",
    );
    assert_eq!(
        said(&analysis),
        [
            "E0203: two applications named `a-dev` in the same namespace and runtime\n\
             main.promo:4 `a-{environment}` declared again here\n\
             main.promo:3 `a-{environment}` first declared here\n\
             Rename one of them, or change its namespace, runtime or environments.",
            "E0203: application `same` would be in both `dev` and `qa`, with the same namespace and runtime\n\
             main.promo:7 `same` same name in every environment\n\
             main.promo:7 `dev` first for `dev`\n\
             main.promo:7 `qa` again for `qa`\n\
             Write `same-{environment}`, or give each environment its own namespace or runtime: `namespace \"{environment}\"`.",
            "E0203: products `one` and `three` both have an application named `a-qa` in the same namespace and runtime\n\
             main.promo:8 `a-qa` declared again here\n\
             main.promo:3 `a-{environment}` first declared here\n\
             Rename one of them, or change its namespace, runtime or environments.",
        ]
    );
}

#[test]
fn a_source_that_no_application_has_is_unknown() {
    let analysis = analyse(
        "environment dev\ntemplate t { copy \"a\" in chart; copy \"b\" in chrat }\ntemplate unused { copy \"a\" in what }\n\
         product one { template t; application a in dev { source chart { repo \"/x\"; path \"p\" }; source chart { repo \"/y\"; path \"p\" } } }\n\
         product two { copy \"c\" in chart; application b in dev { repo \"/x\"; path \"q\" } }\n",
    );
    assert_eq!(
        said(&analysis),
        [
            "E0201: no source named `chrat`\nmain.promo:2 `chrat` did you mean `chart`?\nWrite `chart`.\nwrite `chart` [chrat => chart]",
            "E0203: source `chart` is declared twice\nmain.promo:4 `chart` declared again here\n\
             main.promo:4 `chart` first declared here\nGive each source of an application its own name.",
            "E0201: no source named `chart`\nmain.promo:5 `chart` no application has a `source`\n\
             Remove `in chart`, or declare `source chart { … }` in the application.",
        ]
    );
}

#[test]
fn the_files_of_an_application_have_its_environment_in_their_names() {
    let analysis = good(
        "environment dev, qa\ntemplate t { version from \"{product}.yaml\" at $.a as tag; copy \"{product}/{environment}/{a,b}*.yaml\" at $.a, $.b as tag }\n\
         product one { template t; application a-{environment} in dev, qa { repo \"/x\"; path \"p\" } }\n",
    );
    let one = &analysis.program.products[product(&analysis, "one")];
    let content = one.content_in(&analysis.program.environments[environment(&analysis, "qa")]);
    let version = content.version.unwrap();
    assert_eq!((version.file.as_str(), version.path.text().as_str()), ("one.yaml", "$.a as tag"));
    assert_eq!(content.copies[0].file.value, "one/qa/{a,b}*.yaml");
    assert_eq!(content.copies[0].paths.iter().map(|path| path.text()).collect::<Vec<_>>(), ["$.a", "$.b as tag"]);
}

#[test]
fn content_is_from_the_template_or_the_product() {
    let analysis = good(
        "environment dev\ntemplate t { version from \"Chart.yaml\" at $.appVersion; copy \"*.yaml\" at $.a, $.b }\n\
         product one { template t }\nproduct two { copy \"whole\" }\n",
    );
    let one = &analysis.program.products[product(&analysis, "one")];
    assert_eq!(one.content.version.as_ref().map(|version| version.path.path.value.as_str()), Some("$.appVersion"));
    assert_eq!(one.content.copies[0].paths.len(), 2);
    let two = &analysis.program.products[product(&analysis, "two")];
    assert!(two.template.is_none() && two.content.copies[0].paths.is_empty());
}
