//! The servers of server.py: S3 by moto and files by HTTP, behind a proxy that does to answers what networks do.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

/// A running proxy. It ends when this process does, which closes its standard input.
pub(crate) struct Server {
    pub(crate) port: u16,
    _process: Child,
}

/// What credentials the tests have.
pub(crate) const KEY: &str = "AKIDTESTKEY";
pub(crate) const SECRET: &str = "TESTSECRET";

/// The server that all tests of a process share; each has a bucket of its own.
pub(crate) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/remote/server.py");
        let mut process =
            Command::new(python()).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("the server of tests/remote/server.py did not start");
        Server { port, _process: process }
    })
}

/// The Python that has moto, beside what cargo builds.
fn python() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let found = test.ancestors().map(|directory| directory.join("moto/bin/python3")).find(|python| python.exists());
    found.expect(
        "these tests need the S3 server of moto: `python3 -m venv target/moto && target/moto/bin/pip install \
         'moto[server]==5.2.5'`",
    )
}

impl Server {
    /// Carries out an order: see server.py.
    pub(crate) fn control(&self, order: &Value) -> Value {
        let (order, mut answer) = (order.to_string(), String::new());
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = "POST /__control__ HTTP/1.1\r\nHost: localhost\r\nConnection: close";
        write!(connection, "{head}\r\nContent-Length: {}\r\n\r\n{order}", order.len()).unwrap();
        connection.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{order}: no answer")).1;
        serde_json::from_str(body).unwrap()
    }

    /// Puts the files of `directory` in a new bucket.
    pub(crate) fn upload(&self, directory: &Path, bucket: &str) {
        self.control(&json!({"do": "upload", "directory": directory, "bucket": bucket}));
    }

    /// Gives the files of `directory` by HTTP as `name`.
    pub(crate) fn serve(&self, directory: &Path, name: &str) {
        self.control(&json!({"do": "serve", "directory": directory, "name": name}));
    }

    /// The URL of the file at `path`.
    pub(crate) fn http(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// Lets requests whose paths contain `matched` meet a fault, with what else `more` says of it.
    pub(crate) fn fault(&self, matched: &str, kind: &str, more: Value) {
        let mut order = json!({"do": "fault", "match": matched, "kind": kind});
        let more: serde_json::Map<String, Value> = serde_json::from_value(more).unwrap();
        order.as_object_mut().unwrap().extend(more);
        self.control(&order);
    }

    /// How many requests met the faults of `matched`.
    pub(crate) fn struck(&self, matched: &str) -> u64 {
        self.control(&json!({"do": "struck", "match": matched})).as_u64().unwrap()
    }

    /// The ranges of the bodies that were requested of the file at `path`.
    pub(crate) fn ranges(&self, path: &str) -> Vec<(u64, u64)> {
        let log = self.control(&json!({"do": "log", "match": path}));
        let bodies = log.as_array().unwrap().iter().filter(|request| request["method"] == "GET");
        let range = |request: &Value| {
            let (start, end) = request["range"].as_str()?.strip_prefix("bytes=")?.split_once('-')?;
            Some((start.parse().ok()?, end.parse().ok()?))
        };
        bodies.filter_map(range).collect()
    }

    /// The names in a bucket.
    pub(crate) fn keys(&self, bucket: &str) -> Vec<String> {
        serde_json::from_value(self.control(&json!({"do": "keys", "bucket": bucket}))).unwrap()
    }
}
