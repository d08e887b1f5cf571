//! Sockets: the accept loop and the connections, which a fault may take out of hyper's hands.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::select;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{mpsc as orders, oneshot};

use super::raw::{self, Raw};
use super::reply::Reply;
use super::routes;
use super::state::State;

/// How long accepting rests where the process has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Serves on a thread of its own until `stopped` resolves.
pub(super) fn spawn(
    listener: TcpListener,
    state: Arc<State>,
    stopped: oneshot::Receiver<()>,
) -> io::Result<JoinHandle<()>> {
    listener.set_nonblocking(true)?;
    let (started, starting) = mpsc::channel();
    let run = move || {
        // The runtime is built here, since one must not be dropped where async code runs.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => return drop(started.send(Err(error))),
        };
        runtime.block_on(async move {
            let listener = match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => listener,
                Err(error) => return drop(started.send(Err(error))),
            };
            let _ = started.send(Ok(()));
            select(Box::pin(accept(listener, state)), stopped).await;
        });
    };
    let thread = thread::Builder::new().name("connectly-sandbox".to_owned()).spawn(run)?;
    starting.recv().map_err(io::Error::other)??;
    Ok(thread)
}

async fn accept(listener: tokio::net::TcpListener, state: Arc<State>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream, Arc::clone(&state)))),
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn serve(mut stream: TcpStream, state: Arc<State>) {
    // Nagle would hold back the second half of what is written in two.
    let _ = stream.set_nodelay(true);
    while let Some((taken, fault)) = until_fault(stream, &state).await {
        match raw::play(taken, fault).await {
            Some(kept) => stream = kept,
            None => return,
        }
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send>>;

/// Serves HTTP until the connection ends, or until a fault takes the socket away.
async fn until_fault(stream: TcpStream, state: &Arc<State>) -> Option<(TcpStream, Raw)> {
    let (order, mut ordered) = orders::channel::<Raw>(1);
    let service = service_fn(|request: Request<Incoming>| -> Answering {
        let (state, order) = (Arc::clone(state), order.clone());
        Box::pin(async move {
            match routes::answer(&state, request).await {
                Reply::Answer(answer) => Ok(answer.into_response()),
                Reply::Late(delay, answer) => {
                    tokio::time::sleep(delay).await;
                    Ok(answer.into_response())
                }
                Reply::Never => std::future::pending().await,
                Reply::Raw(raw) => {
                    // From here on this future is not polled again: the socket is taken away.
                    let _ = order.send(raw).await;
                    std::future::pending().await
                }
            }
        })
    });
    // Many buffers in one write would raise SIGPIPE in the test's process once a client is gone.
    let mut builder = http1::Builder::new();
    let builder = builder.writev(false);
    let mut connection = builder.serve_connection(TokioIo::new(stream), service);
    let fault = poll_fn(|context| match connection.poll_without_shutdown(context) {
        Poll::Ready(_) => Poll::Ready(None),
        Poll::Pending => ordered.poll_recv(context),
    });
    let fault = fault.await;
    let stream = connection.into_parts().io.into_inner();
    let Some(fault) = fault else {
        raw::close(stream).await;
        return None;
    };
    Some((stream, fault))
}
