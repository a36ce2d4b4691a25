//! What the failures of requests mean, in words that tell no secret: those of `object_store` contain whole URLs, signatures
//! included, and answers of servers contain keys.

use std::error::Error;
use std::io::{self, ErrorKind};

use object_store::client::{HttpError, HttpErrorKind};

use crate::error::Explained;

/// How `object_store` words an answer that is none; its type is private.
const STATUS: &str = "Server returned non-2xx status code: ";

/// What to try where the network or a server fails.
const AGAIN: &str =
    "run it again when the network and the server are well; SNNL_SCORE_RETRY_SECONDS sets how long it is tried";

/// What `error` means at a store of `scheme`.
pub(super) fn fault(error: &object_store::Error, scheme: &str) -> io::Error {
    // Errors of later requests for the same body come wrapped in others.
    let error = chain(error).filter_map(|error| error.downcast_ref()).last().unwrap_or(error);
    use object_store::Error as Store;
    let (kind, problem, hint) = match error {
        Store::NotFound { .. } => return not_found(),
        Store::Precondition { .. } => return changed("it was replaced"),
        Store::PermissionDenied { .. } | Store::Unauthenticated { .. } => (
            ErrorKind::PermissionDenied,
            format!("access denied: the server answers {}", answer(error)),
            credentials(scheme),
        ),
        Store::AlreadyExists { .. } => (ErrorKind::AlreadyExists, "it exists already".into(), ""),
        Store::NotSupported { .. } | Store::NotImplemented { .. } => (
            ErrorKind::InvalidInput,
            "the server does not answer requests for a part of a file".into(),
            "download the file, and name the copy",
        ),
        other => return other_fault(other),
    };
    Explained { kind, problem, hint: hint.into() }.into()
}

/// Where there is nothing.
pub(super) fn not_found() -> io::Error {
    let hint = "names are case-sensitive, and a directory's ends where a `/` follows in those of its files";
    Explained { kind: ErrorKind::NotFound, problem: "no such object".into(), hint: hint.into() }.into()
}

/// A file that is no longer the one that was opened.
pub(super) fn changed(how: &str) -> io::Error {
    Explained {
        kind: ErrorKind::ResourceBusy,
        problem: format!("the file changed while it was read: {how}"),
        hint: "run it again when nothing writes to the file".into(),
    }
    .into()
}

/// Where neither the environment nor the machine says who asks, for this `error` if for any.
pub(super) fn no_credentials(error: Option<&object_store::Error>, scheme: &str) -> io::Error {
    let problem = match error {
        Some(error) => format!("no credentials were found: {}", reason(error)),
        None => "no credentials were found, neither in the environment nor of this machine".into(),
    };
    Explained { kind: ErrorKind::PermissionDenied, problem, hint: credentials(scheme).into() }.into()
}

/// The innermost reason of `error`, which has no URL in it, or what a server answered, without the body.
fn reason(error: &(dyn Error + 'static)) -> String {
    match status(error) {
        Some(status) => format!("a server answers {status}"),
        None => chain(error).last().map(ToString::to_string).unwrap_or_default(),
    }
}

/// Failures of the network and of servers, which pass, and requests that no server would answer.
fn other_fault(error: &object_store::Error) -> io::Error {
    let network = chain(error).find_map(|error| error.downcast_ref::<HttpError>());
    let status = status(error);
    let (kind, problem, hint) = match (network, &status) {
        (Some(http), _) => {
            let kind = match http.kind() {
                HttpErrorKind::Timeout => ErrorKind::TimedOut,
                HttpErrorKind::Connect => ErrorKind::NotConnected,
                _ => ErrorKind::ConnectionAborted,
            };
            (kind, format!("the server cannot be reached, or breaks off: {}", reason(http)), AGAIN)
        }
        (None, Some(status)) if is_passing(status) => {
            (ErrorKind::Other, format!("the server still answers {}, after several attempts", answer(error)), AGAIN)
        }
        (None, Some(_)) => (
            ErrorKind::InvalidInput,
            format!("the server answers {}", answer(error)),
            "check the URL, and the endpoint and region in the environment",
        ),
        (None, None)
            if chain(error).any(|error| error.to_string().starts_with("Received redirect without LOCATION")) =>
        {
            (ErrorKind::InvalidInput, "the bucket is in another region".into(), "AWS_REGION names it")
        }
        (None, None) => (
            ErrorKind::InvalidInput,
            format!("the request cannot be made, or the answer not be understood: {}", reason(error)),
            "check the URL, and the settings in the environment",
        ),
    };
    Explained { kind, problem, hint: hint.into() }.into()
}

/// Where credentials for `scheme` come from.
fn credentials(scheme: &str) -> &'static str {
    match scheme {
        "s3" => {
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN if there is one; for a public bucket, \
             AWS_SKIP_SIGNATURE=true"
        }
        "gs" => {
            "GOOGLE_SERVICE_ACCOUNT or GOOGLE_APPLICATION_CREDENTIALS names the file of a key; for a public bucket, \
             GOOGLE_SKIP_SIGNATURE=true"
        }
        "az" => {
            "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN; for a public \
             container, AZURE_SKIP_SIGNATURE=true"
        }
        _ => "URLs of HTTP are read without credentials; s3://, gs:// and az:// take theirs from the environment",
    }
}

/// The status that a server answered with, and the code in the answer, if there is one.
fn answer(error: &object_store::Error) -> String {
    let status = status(error).unwrap_or_else(|| "no".into());
    let code = chain(error).find_map(|error| {
        let text = error.to_string();
        let code = text.split_once("<Code>")?.1.split_once("</Code>")?.0.to_owned();
        code.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(code)
    });
    code.map_or_else(|| status.clone(), |code| format!("{status} ({code})"))
}

/// `503 Service Unavailable`.
fn status(error: &(dyn Error + 'static)) -> Option<String> {
    chain(error).find_map(|error| {
        let text = error.to_string();
        let status = text.strip_prefix(STATUS)?;
        Some(status.split(':').next().unwrap_or(status).trim().to_owned())
    })
}

fn is_passing(status: &str) -> bool {
    status.starts_with('5') || status.starts_with("429") || status.starts_with("408")
}

/// `error` and its sources.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
