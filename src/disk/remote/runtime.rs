//! Where requests are carried out: a few threads of their own, for which others wait.

use std::future::Future;
use std::io;
use std::sync::OnceLock;
use std::sync::mpsc::sync_channel;

use tokio::runtime::{Builder, Runtime};

/// They encrypt and copy; the rest of a request is waiting.
const THREADS: usize = 2;

/// The outcome of `request`. A thread that waits here may belong to another runtime, which `Runtime::block_on` would not
/// allow.
pub(super) fn wait<T: Send + 'static>(request: impl Future<Output = T> + Send + 'static) -> io::Result<T> {
    let (outcome, waiting) = sync_channel(1);
    runtime()?.spawn(async move {
        // Whoever no longer waits does not need it.
        let _ = outcome.send(request.await);
    });
    waiting.recv().map_err(|_| io::Error::other("the request was abandoned"))
}

fn runtime() -> io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();
    let start = || Builder::new_multi_thread().worker_threads(THREADS).thread_name("network").enable_all().build();
    RUNTIME.get_or_init(start).as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))
}
