"""S3 by moto, and files by HTTP, behind a proxy that does to answers what networks do.

Prints the port of the proxy, and ends when standard input does. `POST /__control__` takes JSON:

    {"do": "upload", "directory": D, "bucket": B}   the files in D, to a new bucket
    {"do": "serve", "directory": D, "name": N}      the files in D, at /files/N/, /noetag/N/, /weak/N/ and /norange/N/
    {"do": "fault", "match": M, "kind": K, ...}     see `Fault`
    {"do": "struck", "match": M}                    how many requests met the faults of M
    {"do": "log", "match": M}                       the requests so far whose paths contain M
    {"do": "keys", "bucket": B}                     the names in a bucket
"""

import hashlib
import http.client
import json
import logging
import os
import socket
import sys
import threading
import time
import traceback
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from moto.server import ThreadedMotoServer

HOST = "127.0.0.1"
DIRECTORIES = {}
OBJECTS = {}
FAULTS = []
LOG = []
LOCK = threading.Lock()
# Moto lets nobody overwrite an object who does not say who they are, and believes everybody who does.
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=s"}
MOTO = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)


class Fault:
    """Of the requests with `method` and a path that contains `match`, the first `skip` are spared and the next `count` are not.

    status   an error of this `code`
    drop     the connection is closed without an answer
    cut      the connection is closed in the middle of the body
    short    the answer says and has half of what was asked for
    stall    nothing comes for `seconds`, in the middle of the body
    replace  the object is another from now on
    """

    def __init__(self, match, kind, method="GET", skip=0, count=1, code=503, seconds=0):
        self.match, self.kind, self.method = match, kind, method
        self.skip, self.count, self.code, self.seconds = skip, count, code, seconds
        self.struck = 0

    def strikes(self, method, path):
        if self.match not in path or self.method != method:
            return False
        self.skip, spared = self.skip - 1, self.skip > 0
        if spared or self.count == 0:
            return False
        self.count, self.struck = self.count - 1, self.struck + 1
        return True


def moto(method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(HOST, MOTO.get_host_and_port()[1])
    connection.request(method, path, body, headers or SIGNED)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.getheaders(), content


def replace(path):
    """Changes the last byte of an object or a file."""
    if path.split("/")[1] in ("files", "noetag", "weak"):
        place = file_of(path)
        with open(place, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last[0] ^ 1]))
        os.utime(place, (0, 0))
        return
    content = OBJECTS[path]
    assert moto("PUT", path, content[:-1] + bytes([content[-1] ^ 1]))[0] == 200


def control(order):
    do = order.pop("do")
    if do == "upload":
        upload(order["directory"], order["bucket"])
    elif do == "serve":
        DIRECTORIES[order["name"]] = order["directory"]
    elif do == "fault":
        FAULTS.append(Fault(**order))
    elif do == "struck":
        return sum(fault.struck for fault in FAULTS if order["match"] == fault.match)
    elif do == "log":
        return [line for line in LOG if order["match"] in line["path"]]
    elif do == "keys":
        listed = ElementTree.fromstring(moto("GET", f"/{order['bucket']}?list-type=2")[2])
        return [key.text for key in listed.iter() if key.tag.endswith("}Key") or key.tag == "Key"]
    return None


def upload(directory, bucket):
    moto("PUT", f"/{bucket}")
    for inside, _, names in os.walk(directory):
        for name in names:
            place = os.path.join(inside, name)
            path = f"/{bucket}/{os.path.relpath(place, directory)}"
            with open(place, "rb") as file:
                OBJECTS[path] = file.read()
            assert moto("PUT", path, OBJECTS[path])[0] == 200


def file_of(path):
    _, _, name, rest = unquote(path).split("/", 3)
    return os.path.join(DIRECTORIES[name], rest)


def file_answer(method, path, headers):
    """As a server of files answers: with ranges, and an ETag or not."""
    way = path.split("/")[1]
    try:
        with open(file_of(path), "rb") as file:
            content = file.read()
            modified = os.fstat(file.fileno()).st_mtime
    except (OSError, KeyError, ValueError):
        return 404, [], b""
    tag = '"' + hashlib.sha256(content).hexdigest() + '"'
    found = [("Last-Modified", formatdate(modified, usegmt=True))]
    if way != "noetag":
        found.append(("ETag", "W/" + tag if way == "weak" else tag))
    wanted = headers.get("If-Match")
    if wanted and wanted != (tag if way in ("files", "norange") else None):
        return 412, found, b""
    asked = headers.get("Range")
    if asked and way != "norange":
        start, end = asked.removeprefix("bytes=").split("-")
        end = min(int(end), len(content) - 1)
        found.append(("Content-Range", f"bytes {start}-{end}/{len(content)}"))
        return 206, found, content[int(start) : end + 1]
    return 200, found, content


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        path = urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path == "/__control__":
            with LOCK:
                told = json.dumps(control(json.loads(body))).encode()
            return self.send(200, [], told)
        with LOCK:
            LOG.append({"method": self.command, "path": path, "range": self.headers.get("Range")})
            fault = next((fault for fault in FAULTS if fault.strikes(self.command, path)), None)
            kind = fault.kind if fault else None
            if kind == "replace":
                replace(path)
        if kind == "status":
            text = f"<Error><Code>Fault{fault.code}</Code><Message>key AKIDSECRET</Message></Error>".encode()
            return self.send(fault.code, [("Content-Type", "application/xml")], text)
        if kind == "drop":
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        if path.split("/")[1] in ("files", "noetag", "weak", "norange"):
            status, headers, content = file_answer(self.command, path, self.headers)
        else:
            kept = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            status, headers, content = moto(self.command, self.path, body, kept)
        if kind == "short":
            content = content[: len(content) // 2]
        return self.send(status, headers, content, fault)

    def send(self, status, headers, content, fault=None):
        self.send_response_only(status)
        dropped = ("content-length", "transfer-encoding", "connection")
        length = str(len(content))
        for name, value in headers:
            if self.command == "HEAD" and name.lower() == "content-length":
                length = value
            if name.lower() not in dropped:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command == "HEAD":
            return
        half = len(content) // 2
        self.wfile.write(content[:half])
        if fault and fault.kind == "cut":
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if fault and fault.kind == "stall":
            self.wfile.flush()
            time.sleep(fault.seconds)
        try:
            self.wfile.write(content[half:])
        except OSError:
            # Whoever asked has given up.
            self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Ends everything: a test that goes on without what it ordered would find nothing wrong."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            traceback.print_exc()
            os._exit(1)


logging.getLogger("werkzeug").setLevel(logging.ERROR)
MOTO.start()
proxy = Server((HOST, 0), Proxy)
proxy.daemon_threads = True
threading.Thread(target=proxy.serve_forever, daemon=True).start()
print(proxy.server_address[1], flush=True)
sys.stdin.read()
os._exit(0)
