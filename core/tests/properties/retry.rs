//! The retry policy: what `design` calls the table, for every situation.

use std::time::Duration;

use connectly_conversions::RetryPolicy;
use connectly_conversions::binding::{Decision, Disposition, Resend, Situation};
use proptest::prelude::*;

const DEDUP_WINDOW: Duration = Duration::from_secs(48 * 60 * 60);

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0_u64..20_000).prop_map(Duration::from_millis),
        (0_u64..400_000).prop_map(Duration::from_secs),
        any::<Duration>(),
        Just(Duration::ZERO),
        Just(Duration::MAX),
    ]
}

fn policy() -> impl Strategy<Value = RetryPolicy> {
    (prop_oneof![0_u32..6, any::<u32>()], duration(), duration())
        .prop_map(|(retries, base, cap)| RetryPolicy::new(retries, base, cap))
}

fn disposition() -> impl Strategy<Value = Disposition> {
    proptest::sample::select(vec![
        Disposition::NeverSent,
        Disposition::NotRecorded,
        Disposition::Ambiguous,
        Disposition::Refused,
        Disposition::Misconfigured,
    ])
}

fn situation() -> impl Strategy<Value = Situation> {
    (
        prop_oneof![1_u32..8, any::<u32>()],
        disposition(),
        any::<bool>(),
        proptest::option::of(duration()),
        duration(),
        duration(),
        prop_oneof![0.0..1.0, Just(1.0), any::<f64>()],
    )
        .prop_map(
            |(
                attempts,
                disposition,
                has_order_id,
                retry_after,
                remaining,
                since_first_try,
                random,
            )| Situation {
                attempts,
                disposition,
                has_order_id,
                retry_after,
                remaining,
                since_first_try,
                random,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_048))]

    #[test]
    fn a_resend_keeps_every_promise(policy in policy(), situation in situation()) {
        match policy.decide(&situation) {
            Decision::RetryAfter(wait) => {
                prop_assert!(situation.attempts <= policy.retries());
                let floor = situation.retry_after.unwrap_or_default();
                prop_assert!(wait >= floor, "sooner than asked");
                prop_assert!(wait <= policy.cap().max(floor), "later than its cap");
                prop_assert!(wait < situation.remaining, "past the deadline");
                match situation.disposition {
                    Disposition::NeverSent | Disposition::NotRecorded => {}
                    Disposition::Ambiguous => {
                        prop_assert!(situation.has_order_id);
                        let next = situation.since_first_try.saturating_add(wait);
                        prop_assert!(next <= DEDUP_WINDOW);
                    }
                    other => prop_assert!(false, "{other:?} was resent"),
                }
            }
            Decision::GiveUp(Resend::Unsafe) => {
                prop_assert_eq!(situation.disposition, Disposition::Ambiguous);
            }
            _ => {}
        }
    }

    #[test]
    fn without_an_order_id_an_ambiguous_outcome_is_the_end(
        policy in policy(),
        situation in situation(),
    ) {
        let situation = Situation {
            disposition: Disposition::Ambiguous,
            has_order_id: false,
            ..situation
        };
        prop_assert_eq!(policy.decide(&situation), Decision::GiveUp(Resend::Unsafe));
    }

    #[test]
    fn what_may_be_resent_is_while_there_is_time(
        retries in 1_u32..6,
        random in 0.0..1.0,
        disposition in disposition(),
    ) {
        let policy = RetryPolicy::new(retries, Duration::from_millis(250), Duration::from_secs(4));
        let decision = policy.decide(&Situation {
            attempts: retries,
            disposition,
            has_order_id: true,
            retry_after: None,
            remaining: Duration::from_secs(5),
            since_first_try: Duration::from_secs(10),
            random,
        });
        let final_ = matches!(disposition, Disposition::Refused | Disposition::Misconfigured);
        prop_assert_eq!(matches!(decision, Decision::RetryAfter(_)), !final_);
    }

    #[test]
    fn a_call_ends_in_time(
        retries in 0_u32..10,
        (base, cap) in (duration(), duration()),
        total in (0_u64..100_000).prop_map(Duration::from_millis),
        attempts in proptest::collection::vec(
            (disposition(), (0_u64..3_000).prop_map(Duration::from_millis), proptest::option::of(duration()), 0.0..1.0),
            12,
        ),
        has_order_id in any::<bool>(),
    ) {
        let policy = RetryPolicy::new(retries, base, cap);
        let (mut clock, mut made) = (Duration::ZERO, 0);
        for (disposition, took, retry_after, random) in attempts {
            made += 1;
            // An attempt is cut at the deadline.
            clock = (clock + took).min(total);
            let decision = policy.decide(&Situation {
                attempts: made,
                disposition,
                has_order_id,
                retry_after,
                remaining: total.saturating_sub(clock),
                since_first_try: clock,
                random,
            });
            let Decision::RetryAfter(wait) = decision else { break };
            clock += wait;
        }
        prop_assert!(made <= retries + 1);
        prop_assert!(clock <= total);
    }
}
