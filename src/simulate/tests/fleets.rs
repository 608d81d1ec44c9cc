//! A fleet in waves, some of which a product lacks, is played like the program written out by hand.

use proptest::prelude::*;

use super::*;

/// Everything that happens, without the words of people.
fn events(program: &str) -> Vec<String> {
    let simulation = played(program, &SimulateOptions::default());
    let event = |event: DescribedEvent<'_>| {
        let (at, environment) = (event.at, event.environment.unwrap_or("-"));
        format!("{at} {} {environment} {:?} {:?}", event.kind, event.application, event.workflow)
    };
    simulation.events().map(event).collect()
}

fn program(declared: &str, has: &str, promotes: &str) -> String {
    format!(
        "environment dev, hq\n{declared}\nworkflow smoke {{ takes 1m..3m }}\n\
         window office {{ open mon..fri 09:00..09:30; open mon..fri 11:00..24:00 }}\n\
         product shop {{ copy \"a\"; repo \"./r\"; application shop-{{environment}} in dev, hq, {has} \
         {{ path \"{{environment}}\" }}; flow main by hand }}\nflow main {{ timeout 20d; trigger dev; {promotes}; promote hq {{ post-action smoke; window office }} }}\n"
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_fleet_is_played_like_the_program_written_out(
        has in prop::collection::vec(any::<bool>(), 1..14),
        size in 1usize..6,
        percent in any::<bool>(),
        block in prop::sample::select(vec![
            "{ soak 7m; post-action smoke }",
            "{ window office; post-action smoke }",
            "{ window office unless approval duty }",
        ]),
    ) {
        let present: Vec<String> =
            has.iter().enumerate().filter(|(_, has)| **has).map(|(at, _)| format!("s-{at:02}")).collect();
        prop_assume!(!present.is_empty());
        let range = format!("s-00..s-{:02}", has.len() - 1);
        let written = if percent { format!("{}%", size * 20) } else { size.to_string() };
        let size = if percent { (present.len() * size * 20).div_ceil(100) } else { size };
        let short = program(
            &format!("environment {range} {{ label tier = s }}\ngroup all = where tier = s"),
            &present.join(", "),
            &format!("promote all where present in waves of {written} {block}"),
        );
        let waves: Vec<String> =
            present.chunks(size).map(|wave| format!("promote {} {block}", wave.join(", "))).collect();
        let declared = format!("environment {}", present.join(", "));
        let by_hand = program(&declared, &present.join(", "), &waves.join("; "));
        prop_assert_eq!(events(&short), events(&by_hand));
    }
}
