//! What people and machines read of the findings.

use std::io::{self, Write};

use crate::cli::exit::{DONE, Failure, MISUSED, REFUSED, TRANSIENT, worse};
use crate::doctor::{Finding, Level};
use crate::text::one_line;

pub(super) fn write(
    out: &mut impl Write,
    findings: &[Finding],
    as_json: bool,
) -> Result<(), Failure> {
    if as_json {
        for finding in findings {
            serde_json::to_writer(&mut *out, finding).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        return Ok(());
    }
    let width = findings.iter().map(|finding| finding.check.as_str().len()).max();
    let width = width.unwrap_or_default();
    for Finding { check, level, found, advice } in findings {
        writeln!(out, "{:7}  {:width$}  {}", level.as_str(), check.as_str(), one_line(found))?;
        if let Some(advice) = advice {
            writeln!(out, "{:7}  {:width$}  {advice}", "", "")?;
        }
    }
    Ok(())
}

/// 0 where nothing is to be done, 1 where something deserves a look, 2 where a setting is wrong,
/// 75 where it may pass by itself.
pub(super) fn exit_code(findings: &[Finding]) -> u8 {
    let code = |finding: &Finding| match finding.level {
        Level::Ok | Level::Skipped => DONE,
        Level::Look => REFUSED,
        Level::Later => TRANSIENT,
        Level::Wrong => MISUSED,
    };
    findings.iter().map(code).fold(DONE, worse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Check;

    #[test]
    fn the_worst_finding_is_the_exit_code() {
        use Level::{Later, Look, Ok, Skipped, Wrong};
        let code = |levels: &[Level]| {
            let findings: Vec<_> =
                levels.iter().map(|level| Finding::new(Check::Api, *level, "")).collect();
            exit_code(&findings)
        };
        assert_eq!(code(&[Ok, Skipped]), 0);
        assert_eq!(code(&[Ok, Look]), 1);
        assert_eq!(code(&[Look, Later]), 75);
        assert_eq!(code(&[Wrong, Later, Look]), 2);
    }

    #[test]
    fn what_is_not_well_has_its_advice_below_it_and_no_text_forges_a_line() {
        let findings = [
            Finding::new(Check::Api, Level::Ok, "well"),
            Finding::new(Check::Clock, Level::Look, "late\nok  api"),
        ];
        let mut out = Vec::new();
        write(&mut out, &findings, false).ok().unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "ok       api    well");
        assert!(lines[1].starts_with("look     clock  late"), "{text}");
        assert_eq!(lines[2].trim(), Check::Clock.advice());
        assert_eq!(lines.len(), 3);
    }
}
