//! Sockets: the accept loop and the connections, which a fault may take out of hyper's hands.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, mpsc};
use std::task::Poll;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::select;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
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
use super::stream;

/// How long accepting rests where the process has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// How long a page that reads slowly is waited for at the end.
const FAREWELL: Duration = Duration::from_millis(500);

/// Whoever has one is waited for at the end.
type Waited = orders::Sender<()>;

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
            let (waited, mut farewell) = orders::channel(1);
            select(Box::pin(accept(listener, state, waited)), stopped).await;
            // The streams of pages end by themselves, since the state says that it is over.
            let _ = tokio::time::timeout(FAREWELL, farewell.recv()).await;
        });
    };
    let thread = thread::Builder::new().name("connectly-sandbox".to_owned()).spawn(run)?;
    starting.recv().map_err(io::Error::other)??;
    Ok(thread)
}

async fn accept(listener: tokio::net::TcpListener, state: Arc<State>, waited: Waited) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Any other connection is cut at the end: its requests may never be answered.
                drop(tokio::spawn(serve(stream, Arc::clone(&state), waited.downgrade())));
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn serve(mut stream: TcpStream, state: Arc<State>, pages: orders::WeakSender<()>) {
    // Nagle would hold back the second half of what is written in two.
    let _ = stream.set_nodelay(true);
    // Kept until the connection has ended.
    let page = Arc::new(OnceLock::new());
    let open = || {
        let (page, pages) = (Arc::clone(&page), pages.clone());
        move || drop(page.set(pages.upgrade()))
    };
    while let Some((taken, fault)) = until_fault(stream, &state, open()).await {
        match raw::play(taken, fault).await {
            Some(kept) => stream = kept,
            None => return,
        }
    }
}

type Answered = Result<Response<UnsyncBoxBody<Bytes, Infallible>>, Infallible>;
type Answering = Pin<Box<dyn Future<Output = Answered> + Send>>;

/// Serves HTTP until the connection ends, or until a fault takes the socket away; `open` is called
/// where it becomes a page's stream.
async fn until_fault(
    stream: TcpStream,
    state: &Arc<State>,
    open: impl Fn() + Clone + Send + 'static,
) -> Option<(TcpStream, Raw)> {
    let (order, mut ordered) = orders::channel::<Raw>(1);
    let service = service_fn(|request: Request<Incoming>| -> Answering {
        let (state, order, open) = (Arc::clone(state), order.clone(), open.clone());
        Box::pin(async move {
            match routes::answer(&state, request).await {
                Reply::Answer(answer) => Ok(answer.into_response().map(Full::boxed_unsync)),
                Reply::Late(delay, answer) => {
                    tokio::time::sleep(delay).await;
                    Ok(answer.into_response().map(Full::boxed_unsync))
                }
                Reply::Stream(cursor) => {
                    open();
                    Ok(stream::response(state, cursor))
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
