//! `OUTBOX.md` lists every arrow, and none that is impossible.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::arrows;
use super::model::{Walk, rare, steps};
use super::support::{DAY, START};
use crate::outbox::state::State;

#[test]
fn the_page_lists_every_arrow_and_no_other() {
    let mut runner = TestRunner::deterministic();
    let mut found = BTreeSet::new();
    let steps = steps();
    for index in 0..1_500 {
        let mut walk = Walk::begin(false);
        walk.others = (index % 2 == 0).then_some(START + DAY);
        let steps =
            if index == 0 { rare() } else { steps.new_tree(&mut runner).unwrap().current() };
        for step in &steps {
            walk.step(step);
        }
        found.extend(walk.arrows);
    }
    let page = arrows::of_the_page();
    let missing: Vec<_> = found.difference(&page).collect();
    let impossible: Vec<_> = page.difference(&found).collect();
    assert!(missing.is_empty() && impossible.is_empty(), "{missing:?} {impossible:?}");
    for &state in State::ALL {
        assert!(page.iter().any(|(_, _, to)| *to == state.as_str()), "{state} is never reached");
    }
}
