//! `connectly doctor`

mod arguments;
mod look;
mod render;
mod walk;

use std::io::Write;

pub(super) use arguments::Doctor;

use super::exit::Failure;

pub(super) fn run(command: &Doctor, out: &mut impl Write) -> Result<u8, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Io("the runtime".to_owned(), error))?;
    let start = command.landing.as_deref().map(walk::start).transpose()?;
    let findings = runtime.block_on(async {
        let mut findings = look::api(command).await;
        findings.extend(look::landing(start.as_ref(), command.cookie_domain.as_deref()).await);
        findings.extend(look::outbox(command).await);
        findings
    });
    render::write(out, &findings, command.json)?;
    Ok(render::exit_code(&findings))
}
