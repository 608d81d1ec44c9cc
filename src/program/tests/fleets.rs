//! A short way to write a fleet means the same as the program written out by hand.

use proptest::prelude::*;

use super::flows::of_flow;
use super::*;

/// The sizes of the waves of `count` targets, by arithmetic of its own.
fn sizes(count: usize, written: &[(usize, bool)]) -> Vec<usize> {
    let (mut left, mut sizes) = (count, Vec::new());
    for nth in 0.. {
        if left == 0 {
            break;
        }
        let (number, is_percent) = written[nth.min(written.len() - 1)];
        let wanted = if is_percent { (count as f64 * number as f64 / 100.0).ceil() as usize } else { number };
        let size = wanted.min(left);
        sizes.push(size);
        left -= size;
    }
    sizes
}

fn product(name: &str, environments: &[String]) -> String {
    format!(
        "product {name} {{ copy \"a\" at $.a; repo \"./r\"; application {name}-{{environment}} in dev, {} \
         {{ path \"{{environment}}\" }}; flow main }}\n",
        environments.join(", ")
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_range_in_waves_means_the_program_written_out(
        count in 1usize..40,
        written in prop::collection::vec(prop_oneof![(1usize..12, Just(false)), (1usize..=100, Just(true))], 1..4),
        from_label in any::<bool>(),
    ) {
        let names: Vec<String> = (1..=count).map(|number| format!("s-{number:02}")).collect();
        let words: Vec<String> = written
            .iter()
            .map(|(number, is_percent)| if *is_percent { format!("{number}%") } else { number.to_string() })
            .collect();
        let range = format!("s-01..s-{count:02}");
        let group = if from_label { "group all = where tier = s".to_owned() } else { format!("group all = {range}") };
        let short = format!(
            "environment dev, hq\nenvironment {range} {{ label tier = s }}\n{group}\n\
             flow main {{ trigger dev; promote all in waves of {} {{ soak 1h }}; promote hq }}\n",
            words.join(", ")
        );
        let mut rest = names.as_slice();
        let mut promotes = String::new();
        for size in sizes(count, &written) {
            let (wave, behind) = rest.split_at(size);
            promotes.push_str(&format!("promote {} {{ soak 1h }}; ", wave.join(", ")));
            rest = behind;
        }
        let long = format!(
            "environment dev, hq\nenvironment {} {{ label tier = s }}\n\
             flow main {{ trigger dev; {promotes}promote hq after {} }}\n",
            names.join(", "),
            names.join(", ")
        );
        let (short, long) = (good(&short), good(&long));
        let of = |analysis: &Analysis| {
            let id = flow(analysis, "main");
            of_flow(analysis, &analysis.program.flows[id])
        };
        // `after` of single names is a requirement for each, of a group one for all: the same meaning
        let split = |needs: Vec<String>| needs.into_iter().filter(|needs| !needs.starts_with("hq")).collect::<Vec<_>>();
        prop_assert_eq!(split(of(&short)), split(of(&long)));
        let last = of(&short).pop().unwrap();
        prop_assert_eq!(last, format!("hq<-{count}:{}", names.join(",")));
    }

    #[test]
    fn where_present_means_a_flow_without_what_the_product_lacks(has in prop::collection::vec(any::<bool>(), 1..8)) {
        prop_assume!(has.contains(&true));
        let names: Vec<String> = (0..has.len()).map(|at| format!("e{at}")).collect();
        let present: Vec<String> = names.iter().zip(&has).filter(|(_, has)| **has).map(|(name, _)| name.clone()).collect();
        let declared = format!("environment dev, {}\n", names.join(", "));
        let promotes = |names: &[String], rest: &str| {
            names.iter().map(|name| format!("promote {name}{rest}")).collect::<Vec<_>>().join("; ")
        };
        let lacking = good(&format!(
            "{declared}{}flow main {{ trigger dev; {} }}\n",
            product("p", &present),
            promotes(&names, " where present")
        ));
        let without = good(&format!(
            "{declared}{}flow main {{ trigger dev; {} }}\n",
            product("p", &present),
            promotes(&present, "")
        ));
        let of = |analysis: &Analysis| {
            let product = analysis.program.products.ids().next();
            of_flow(analysis, analysis.program.flow_of(product, flow(analysis, "main")))
        };
        prop_assert_eq!(of(&lacking), of(&without));
    }
}

#[test]
fn a_chain_of_absent_targets_is_followed_once_however_it_branches() {
    let count = 400;
    let mut promotes = "promote a0 where present; promote a1 where present after a0; ".to_owned();
    let mut names = vec!["a0".to_owned(), "a1".to_owned()];
    for at in 2..count {
        promotes.push_str(&format!("promote a{at} where present after a{}, a{}; ", at - 1, at - 2));
        names.push(format!("a{at}"));
    }
    let lacking = good(&format!(
        "environment dev, prod, {}\n{}flow main {{ trigger dev; {promotes}promote prod }}\n",
        names.join(", "),
        product("p", &["prod".to_owned()])
    ));
    let product = lacking.program.products.ids().next();
    let seen = lacking.program.flow_of(product, flow(&lacking, "main"));
    assert_eq!(of_flow(&lacking, seen), ["prod<-1:dev"]);
}
