//! How strong a proof is: up to how many failures, and whether anything was exercised.

use super::*;

/// The lines about the properties of a flow, then the rest of the table.
fn lines(found: &Verified) -> Vec<String> {
    found.table(false).lines().skip(Law::OF_ONE.len()).map(str::to_owned).collect()
}

#[test]
fn a_target_with_retries_fails_after_more_failures_than_one() {
    let flow = "trigger dev\n promote qa { pre-action check; retry 1 }\n never qa failed";
    let found = verified(flow, one_failure());
    assert_eq!(lines(&found)[0], "– never qa failed (no run reaches `qa failed`)");
    let never = found.judged.last().unwrap();
    assert_eq!((found.holds_of(never), found.holds()), (None, Some(true)));
    let found = verified(flow, VerifyOptions { retries: 0, ..VerifyOptions::default() });
    assert_eq!(lines(&found)[0], "✗ never qa failed (broken with 2 failures)");
    let refutation = found.judged.last().unwrap().refutation.as_ref().unwrap();
    assert_eq!(refutation.failures, 2, "{}", refutation.page());
}

#[test]
fn a_search_deepens_until_nothing_new_can_fail() {
    let found = verified(
        "trigger dev\n promote qa\n never qa started while qa pending",
        VerifyOptions { retries: 0, ..VerifyOptions::default() },
    );
    assert!(
        found.strength.complete && found.strength.failures.is_some_and(|failures| failures > 1),
        "{:?}",
        found.strength
    );
    assert_eq!(found.cut, None);
    assert_eq!(lines(&found)[0], "✓ never qa started while qa pending (any number of failures)");
    let failures = found.strength.failures.map(|failures| failures + 2);
    let more = verified("trigger dev\n promote qa", VerifyOptions { retries: 0, failures, ..VerifyOptions::default() });
    assert_eq!((more.strength, more.states), (found.strength, found.states));
}

#[test]
fn a_search_that_is_cut_short_after_one_failure_is_a_proof_up_to_there() {
    let flow = "trigger dev\n promote qa\n promote prod\n never prod started while qa pending";
    let one = verified(flow, one_failure());
    let limit = 2 * one.states;
    let found = verified(flow, VerifyOptions { limit, ..VerifyOptions::default() });
    assert_eq!((found.holds(), found.strength.failures), (Some(true), Some(1)), "{}", found.table(false));
    assert_eq!(lines(&found)[0], "✓ never prod started while qa pending (up to 1 failure)");
    let said = format!("The search with 2 failures stopped at the limit of {limit} states after every run of up to ");
    assert!(found.table(false).replace(',', "").contains(&said), "{}", found.table(false));
    let asked = verified(flow, VerifyOptions { limit, failures: Some(2), ..VerifyOptions::default() });
    assert_eq!((asked.holds(), asked.strength, asked.table(false)), (Some(true), found.strength, found.table(false)));
}

/// A run that breaks a property is worth more than one failure less of a proof.
#[test]
fn a_search_that_cannot_be_completed_still_refutes() {
    let flow = "trigger dev\n promote us\n promote qa { pre-action check; retry 1 }\n never qa failed";
    let with =
        |failures, limit| verified(flow, VerifyOptions { failures, retries: 0, limit, ..VerifyOptions::default() });
    let limit = with(Some(1), LIMIT).states + with(Some(2), LIMIT).states * 3 / 4;
    let found = with(None, limit);
    assert_eq!((found.strength.failures, found.cut.map(|(failures, _)| failures)), (Some(1), Some(2)));
    assert_eq!(lines(&found)[0], "✗ never qa failed (broken with 2 failures)");
}

#[test]
fn a_limit_that_leaves_nothing_for_one_failure_says_so() {
    let flow = "trigger dev\n promote qa";
    let without = verified(flow, VerifyOptions { failures: Some(0), ..VerifyOptions::default() });
    let limit = without.states;
    let found = verified(flow, VerifyOptions { limit, retries: 0, ..VerifyOptions::default() });
    let said = format!(
        "No proof. The search with 1 failure did not begin, because the limit of {limit} states was used up. A higher \
         `--limit` may help."
    );
    assert_eq!(lines(&found)[1], said);
    assert_eq!(found.holds(), None);
    let one = verified(flow, VerifyOptions { limit: limit + 1, retries: 0, ..VerifyOptions::default() });
    assert!(lines(&one)[1].contains(" after every run of up to 1 step. "), "{}", one.table(false));
}

#[test]
fn any_number_of_retries_and_failures_has_a_bound() {
    let most = VerifyOptions { failures: Some(u32::MAX), retries: u32::MAX, releases: 2, limit: 60 };
    let found = verified("trigger dev\n promote qa { pre-action tried }", most);
    assert!(found.judged.iter().all(|judged| judged.refutation.is_none()), "{}", found.table(false));
}

#[test]
fn a_broken_property_ends_the_search_after_one_failure() {
    let flow = "trigger dev\n promote qa\n promote prod\n never qa started while dev succeeded\n never prod started while qa pending";
    let found = verified(flow, VerifyOptions::default());
    assert_eq!(
        lines(&found)[..2],
        [
            "✗ never qa started while dev succeeded (broken without failures)",
            "✓ never prod started while qa pending (up to 1 failure)"
        ]
    );
    assert_eq!((found.holds(), found.cut), (Some(false), None));
}

#[test]
fn an_environment_whose_windows_never_open_together_cannot_succeed() {
    let flow = "trigger dev\n promote qa { window mornings; window evenings }\n promote prod\n never qa started while dev failed";
    let found = verified(flow, one_failure());
    assert_eq!(
        found.warnings,
        [
            "`qa` does not succeed in any run, because its windows are never open together",
            "`prod` does not succeed in any run, because it needs `qa`"
        ]
    );
    assert_eq!(lines(&found)[0], "– never qa started while dev failed (no run reaches `qa started`)");
    assert_eq!(found.holds(), Some(true), "{}", found.table(false));
}

#[test]
fn a_rollback_that_cannot_fire_yet_says_why() {
    let flow = "trigger dev\n promote qa { retry 2 }\n rollback qa when qa fails";
    let found = verified(flow, VerifyOptions { retries: 0, ..one_failure() });
    assert_eq!(
        found.warnings,
        [
            "the rollback when qa fails does not fire in any run, because `qa` has retries and fails only after 3 failures (`--failures 3`)"
        ]
    );
}

#[test]
fn a_search_can_be_stopped() {
    let mut told = 0;
    let analysis = analysis_of(text_of("trigger dev\n promote regions { post-action check }"));
    let program = analysis.program();
    let found = verify(
        analysis.checked().unwrap(),
        program.products.ids().next().unwrap(),
        program.flows.ids().next().unwrap(),
        VerifyOptions::default(),
        &mut |progress| {
            told += 1;
            if progress.failures == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    assert!(told > 1 && found.is_interrupted(), "{told}");
    assert_eq!((found.strength.failures, found.holds()), (Some(1), Some(true)));
    assert!(found.table(false).contains("The search with 2 failures was interrupted"), "{}", found.table(false));
}
