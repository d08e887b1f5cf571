//! Faults below HTTP, played on the socket itself.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::answer::Answer;

/// Not HTTP at all, and not text either.
const GARBAGE: &[u8] = b"\x16\x03\x01\x00\xff\x00SSH-2.0-nonsense\r\n\xfe\xfd\x00\r\n\r\n";

/// What is done to the socket in place of an answer.
#[derive(Debug)]
pub(super) enum Raw {
    /// The connection is reset.
    Reset,
    Garbage,
    /// The head, half of the body, the end.
    Half(Answer),
    /// One byte at a time: the answer, then blanks for ever.
    Drip(Answer, Duration),
    /// The same answer twice.
    Twice(Answer),
    /// The answer as if the connection were to be kept; then its end.
    ThenClose(Answer),
}

impl Raw {
    /// The status that the client is told, if any.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Reset | Self::Garbage => None,
            Self::Half(answer)
            | Self::Drip(answer, _)
            | Self::Twice(answer)
            | Self::ThenClose(answer) => Some(answer.status()),
        }
    }
}

/// Plays it; gives the socket back where the connection goes on.
pub(super) async fn play(mut stream: TcpStream, fault: Raw) -> Option<TcpStream> {
    match fault {
        Raw::Reset => {
            // With nothing to linger for, closing sends RST in place of FIN.
            let _ = stream.set_zero_linger();
            return None;
        }
        Raw::Garbage => write(&mut stream, GARBAGE).await?,
        Raw::Half(answer) => {
            let half = answer.body().len() / 2;
            write(&mut stream, &answer.head(answer.body().len())).await?;
            write(&mut stream, &answer.body()[..half]).await?;
        }
        Raw::Drip(answer, pause) => drip(&mut stream, &answer, pause).await?,
        Raw::Twice(answer) => {
            let once = [&answer.head(answer.body().len()), answer.body()].concat();
            write(&mut stream, &once.repeat(2)).await?;
            return Some(stream);
        }
        Raw::ThenClose(answer) => {
            let whole = [&answer.head(answer.body().len()), answer.body()].concat();
            write(&mut stream, &whole).await?;
        }
    }
    close(stream).await;
    None
}

/// Ends the connection in order.
pub(super) async fn close(mut stream: TcpStream) {
    // The client may have gone already.
    let _ = stream.shutdown().await;
}

/// `None` where the client has gone.
async fn write(stream: &mut TcpStream, bytes: &[u8]) -> Option<()> {
    stream.write_all(bytes).await.ok()
}

async fn drip(stream: &mut TcpStream, answer: &Answer, pause: Duration) -> Option<()> {
    // A length that is never reached; blanks at the end keep the body valid JSON so far.
    let head = answer.head(usize::MAX / 2);
    for byte in head.iter().chain(answer.body()) {
        write(stream, &[*byte]).await?;
        tokio::time::sleep(pause).await;
    }
    loop {
        write(stream, b" ").await?;
        tokio::time::sleep(pause).await;
    }
}
