"""Writes the seeds in corpus/: small files of every layout, and broken ones that were found or thought of.

    python seeds.py   # numpy 2.4.6, ml_dtypes 0.6.0, safetensors 0.8.0, pyarrow 26.0.1

A file whose name starts with `broken-` need not be readable, all others must. In one that starts with `crc-`,
no number can change unseen: archives, and Parquet files whose pages have checksums. What a fuzzer finds becomes a seed
here too, by a name that says what it was.
"""

import gzip
import io
import json
import struct
import zipfile
from pathlib import Path

import ml_dtypes
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors.numpy import save

ROWS, DIM = 7, 6
x = np.arange(ROWS * DIM, dtype=np.float32).reshape(ROWS, DIM)
y = np.array([0, 1, 2, 0, 1, 2, 0])


def write(target, name, content):
    path = Path(__file__).parent / "corpus" / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def npy(array, version=(1, 0)):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version, allow_pickle=False)
    return out.getvalue()


def raw_npy(header, content=b"", version=1):
    header = header.encode()
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + content


# npy
for descr in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "|i1", "|u1", "<i2", ">u2", "<i4", "<u4", "<i8", ">u8", "|b1", "<c8", ">c16"]:
    write("npy", f"matrix-{'big-' if descr[0] == '>' else ''}{descr[1:]}", npy(x.astype(descr)))
write("npy", "matrix-bfloat16", npy(x.astype(ml_dtypes.bfloat16)))
for version in [(1, 0), (2, 0), (3, 0)]:
    write("npy", f"version-{version[0]}", npy(x, version))
write("npy", "columns-first", npy(np.asfortranarray(x)))
cube = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
write("npy", "three-axes", npy(cube))
write("npy", "three-axes-columns-first", npy(np.asfortranarray(cube)))
write("npy", "four-axes", npy(np.arange(48, dtype=np.float16).reshape(2, 3, 4, 2)))
write("npy", "four-axes-columns-first", npy(np.asfortranarray(np.arange(48, dtype="<i2").reshape(2, 3, 4, 2))))
write("npy", "one-feature", npy(x[:, :1]))
write("npy", "one-row", npy(x[:1]))
write("npy", "broken-no-rows", npy(x[:0]))
write("npy", "broken-scalar", npy(np.float32(3)))
write("npy", "labels-int64", npy(y))
write("npy", "labels-bool", npy(y > 0))
write("npy", "labels-float", npy(y.astype(np.float32)))
write("npy", "labels-unicode", npy(np.array(["cat", "dog", "čáp", "cat"])))
write("npy", "labels-bytes", npy(np.array([b"cat", b"dog", b"cat"])))
write("npy", "labels-one-hot", npy(np.eye(3, dtype=np.float32)[y]))
write("npy", "broken-python-2", raw_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 2L), }", bytes(16)))
write("npy", "broken-shape-overflows", raw_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"))
write("npy", "broken-empty-of-huge-axes", raw_npy("{'descr': '<f8', 'fortran_order': True, 'shape': (0, 18446744073709551615, 18446744073709551615), }"))
write("npy", "broken-pickle", raw_npy("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }", b"junk"))
write("npy", "broken-records", raw_npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 2), }", bytes(16)))
write("npy", "broken-many-axes", raw_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, " * 400 + "), }", bytes(4)))
write("npy", "broken-parentheses", raw_npy("(" * 2000))
write("npy", "broken-long-header", raw_npy("", version=2)[:8] + b"\xff\xff\xff\xff")


# npy_gz and npy_zst
def gz(content):
    return gzip.compress(content, mtime=0)


def zst(content):
    return pa.compress(content, "zstd", asbytes=True)


for target, pack in [("npy_gz", gz), ("npy_zst", zst)]:
    checked = "crc-" if pack == gz else ""
    whole = npy(x)
    write(target, f"{checked}matrix", pack(whole))
    write(target, f"{checked}constant", pack(npy(np.ones((300, 5), np.float16))))
    write(target, f"{checked}three-axes", pack(npy(cube)))
    write(target, f"{checked}frames", pack(whole[:150]) + pack(whole[150:]))
    write(target, f"{checked}labels", pack(npy(y)))
    write(target, f"{checked}labels-unicode", pack(npy(np.array(["cat", "dog", "cat"]))))
    write(target, "broken-columns-first", pack(npy(np.asfortranarray(x))))
    write(target, "broken-cut", pack(whole)[:-1])
    write(target, "broken-short", pack(whole[:-1]))
    write(target, "broken-long", pack(whole + b"x"))
    write(target, "broken-trailing", pack(whole) + b"x")
    write(target, "broken-not-packed", whole)
    write(target, "broken-not-npy", pack(b"1 2 3"))
    write(target, "broken-huge", pack(raw_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 1), }")))
    write(target, "broken-bomb", pack(raw_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }", bytes(1 << 20))))
    write(target, "broken-bomb-of-labels", pack(raw_npy("{'descr': '<U1048576', 'fortran_order': False, 'shape': (2,), }", bytes(1 << 20))))
# A window of 2 GiB.
write("npy_zst", "broken-window", bytes.fromhex("28b52ffd 00a8 010000"))


# npz
def npz(arrays, deflated=False, large=False):
    limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    if large:
        # Sizes and counts beyond these are written with 64 bits.
        zipfile.ZIP64_LIMIT = zipfile.ZIP_FILECOUNT_LIMIT = 0
    out = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = kind
            content = array if isinstance(array, bytes) else npy(array)
            with archive.open(entry, "w", force_zip64=True) as member:
                member.write(content)
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits
    return out.getvalue()


several = {"enc1": x, "enc2": x.astype(np.float16), "y": y, "epoch": np.array(12)}
for deflated in [False, True]:
    for large in [False, True]:
        kind = ("deflated" if deflated else "stored") + ("-zip64" if large else "")
        write("npz", f"crc-several-{kind}", npz(several, deflated, large))
        write("npz", f"crc-alone-{kind}", npz({"x": x.astype(ml_dtypes.bfloat16)}, deflated, large))
    kind = "deflated" if deflated else "stored"
    write("npz", f"crc-stacked-{kind}", npz({"h": np.arange(48, dtype=np.float16).reshape(2, 3, 4, 2), "labels": y[:3]}, deflated))
    write("npz", f"crc-three-axes-{kind}", npz({"h": cube, "g": cube.astype("<i2")}, deflated))
    write("npz", f"crc-labels-{kind}", npz({"y": np.array(["cat", "dog", "cat"])}, deflated))
write("npz", "crc-columns-first-stored", npz({"enc1": np.asfortranarray(x), "h": np.asfortranarray(cube)}))
write("npz", "crc-constant-deflated", npz({"zeros": np.zeros((40, 40), np.float32), "target": np.zeros(40, np.uint8)}, True))
write("npz", "broken-pickle", npz({"p": raw_npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", b"junk"), "enc1": x}))
write("npz", "crc-foreign", npz({"p": raw_npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", b"junk"), "a": x, "ids": y, "__MACOSX/._a": b"\0\5\26\7"}))
write("npz", "broken-no-members", npz({}))
write("npz", "broken-cut", npz(several)[:-30])


# safetensors
def tensors(arrays, metadata=None):
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, metadata)


def raw_tensors(header, content=b""):
    header = header.encode()
    return struct.pack("<Q", len(header)) + header + content


for dtype in ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"]:
    write("safetensors", f"matrix-{dtype}", tensors({"x": x.astype(dtype)}))
write("safetensors", "matrix-bfloat16", tensors({"x": x.astype(ml_dtypes.bfloat16)}))
write("safetensors", "several", tensors({**several, "enc3": x.astype(ml_dtypes.bfloat16)}, {"format": "np"}))
write("safetensors", "three-axes", tensors({"h": cube, "labels": y[:3]}))
write("safetensors", "four-axes", tensors({"h": np.arange(48, dtype=np.float16).reshape(2, 3, 4, 2)}))
write("safetensors", "labels-one-hot", tensors({"y": np.eye(3, dtype=np.uint8)[y]}))
write("safetensors", "broken-no-rows", tensors({"x": x[:0], "b": x}))
write("safetensors", "complex", raw_tensors('{"x":{"dtype":"C64","shape":[1,2],"data_offsets":[0,16]}}', bytes(16)))
write("safetensors", "broken-float8", raw_tensors('{"x":{"dtype":"F8_E4M3","shape":[1,4],"data_offsets":[0,4]}}', bytes(4)))
write("safetensors", "broken-nested", raw_tensors('{"__metadata__":' + "[" * 3000))
write("safetensors", "broken-two-of-a-name", raw_tensors('{"x":{"dtype":"U8","shape":[1,1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1,1],"data_offsets":[1,2]}}', bytes(2)))
write("safetensors", "broken-overlap", raw_tensors('{"x":{"dtype":"U8","shape":[1,2],"data_offsets":[0,2]},"z":{"dtype":"U8","shape":[1,2],"data_offsets":[1,3]}}', bytes(3)))
write("safetensors", "broken-shape-overflows", raw_tensors('{"x":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,8]}}', bytes(8)))
write("safetensors", "broken-empty-of-huge-axes", raw_tensors('{"x":{"dtype":"F64","shape":[0,18446744073709551615,18446744073709551615],"data_offsets":[0,0]}}'))
write("safetensors", "broken-backwards", raw_tensors('{"x":{"dtype":"F64","shape":[1,1],"data_offsets":[8,0]}}', bytes(8)))
write("safetensors", "broken-long-header", struct.pack("<Q", 1 << 40) + b"{}")

# index: beside `shard.safetensors`, which the reader of the seeds provides
for name, files in {
    "whole": {"a": "shard.safetensors", "b": "shard.safetensors", "y": "shard.safetensors"},
    "one": {"a": "shard.safetensors"},
    "broken-no-such-tensor": {"c": "shard.safetensors"},
    "broken-no-such-file": {"a": "other.safetensors"},
    "broken-leads-away": {"a": "../shard.safetensors"},
    "broken-empty": {},
}.items():
    write("index", name, json.dumps({"metadata": {"total_size": 26}, "weight_map": files}).encode())
write("index", "broken-nested", b'{"metadata":' + b"[" * 3000)
write("index", "broken-itself", b'{"weight_map":{"a":"input.safetensors.index.json"}}')


# dataset: what stands in a directory of splits, and in the split `train` beside `data.arrow`
for name, note in {
    "splits": '{"splits": ["train"]}',
    "files": '{"_data_files": [{"filename": "data.arrow"}], "_split": "train"}',
    "both": '{"splits": ["train", "test"], "_data_files": [{"filename": "data.arrow"}]}',
    "broken-leads-away": '{"splits": ["..", "/", "train/..", ""], "_data_files": [{"filename": "../train/data.arrow"}]}',
    "broken-no-such-file": '{"splits": ["none"], "_data_files": [{"filename": "other.arrow"}]}',
    "broken-kinds": '{"splits": {"train": 1}, "_data_files": [1, {"filename": null}]}',
    "broken-nested": '{"splits": ' + "[" * 3000,
    "broken-empty": "",
}.items():
    write("dataset", name, note.encode())


# parquet
def parquet(columns, **options):
    out = io.BytesIO()
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    options = {"store_schema": True, "write_statistics": False, "use_dictionary": False, "compression": "none"} | options
    pq.write_table(table, out, **options)
    return out.getvalue()


def lists(array, kind=pa.list_, element=pa.float32()):
    return pa.array(array.tolist(), kind(element))


def fixed(array, element=pa.float32()):
    return pa.array(array.tolist(), pa.list_(element, array.shape[1]))


label = pa.array(y)
nested = pa.array(cube.tolist(), pa.list_(pa.list_(pa.float32())))
flat = {f"f{i}": pa.array(x[:, i]) for i in range(3)} | {"label": label}
layouts = {
    "lists": {"a": lists(x), "y": label},
    "large-lists": {"a": lists(x, pa.large_list, pa.float64())},
    "fixed-lists": {"a": fixed(x), "y": pa.array(["cat", "dog", "cat", "cow", "dog", "cow", "cat"])},
    "half": {"a": lists(x.astype(np.float16), element=pa.float16())},
    "whole-numbers": {"a": lists(x.astype(int), element=pa.int8()), "b": fixed(x.astype(int), pa.uint16())},
    "nested": {"a": nested, "y": pa.array(y[:3])},
    "flat": flat,
    "mixed": {"a": pa.array(x[:, 0], pa.float64()), "b": pa.array(y, pa.int32()), "c": pa.array(y > 0), "d": pa.array(y, pa.uint64())},
    "bytes": {"a": pa.array([row.tobytes() for row in x[:, :3]], pa.binary(12)), "y": label},
    "text": {"y": pa.array(["cat", "dog", "cat", "cow", "dog", "cow", "cat"])},
    "broken-nulls": {"a": pa.array([[1.0, 2.0], None, [3.0, None]], pa.list_(pa.float32())), "y": pa.array([0, None, 1])},
    "broken-structs": {"s": pa.array([{"p": 1.0, "q": [1.0]}, {"p": 2.0, "q": []}]), "m": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int32()))},
    "tokens": {"a": pa.array([[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]], pa.list_(pa.list_(pa.float32())))},
    "constant": {"a": lists(np.ones((200, 4))), "y": pa.array(np.ones(200, int))},
}
in_struct = pa.StructArray.from_arrays([lists(x), label], ["values", "label"], mask=pa.array([False] * 6 + [True]))
gaps = pa.array([None if row == 0 else [None if row == 3 else float(number) for number in x[row]] for row in range(7)], pa.list_(pa.float32()))
layouts |= {
    "struct": {"s": in_struct},
    "gaps": {"a": gaps, "b": pa.array([None] + x[1:, 0].tolist(), pa.float32()), "y": pa.array([0, None] + [1] * 5)},
    "keys": {"a": pa.array(["cat", "dog"] * 3 + [None]).dictionary_encode(), "b": pa.DictionaryArray.from_arrays(pa.array([1, 0, 1, 1, 0, 1, 0], pa.int8()), pa.array([False, True]))},
}
for name, columns in layouts.items():
    for version in ["1.0", "2.0"]:
        write("parquet", f"{name}-v{version[0]}", parquet(columns, data_page_version=version))
    write("parquet", f"{name}-dictionary", parquet(columns, use_dictionary=True))
for codec in ["snappy", "zstd", "gzip", "lz4", "brotli"]:
    for version in ["1.0", "2.0"]:
        options = {"compression": codec, "data_page_version": version}
        write("parquet", f"{codec}-v{version[0]}", parquet({"a": lists(np.tile(x, (1, 4))), "y": label}, **options))
        write("parquet", f"{codec}-flat-v{version[0]}", parquet({"f": pa.array(np.zeros(300)), "y": pa.array(np.arange(300) % 3)}, use_dictionary=True, **options))
for encoding, element in [("DELTA_BINARY_PACKED", pa.int32()), ("BYTE_STREAM_SPLIT", pa.float32()), ("PLAIN", pa.int64())]:
    write("parquet", f"encoded-{encoding.lower()}", parquet({"a": lists(x.astype(int), element=element)}, column_encoding=encoding))
for encoding in ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"]:
    write("parquet", f"encoded-{encoding.lower()}", parquet(layouts["text"], column_encoding=encoding))
    many = pa.array([("class" * (number % 3)) + str(number * number) for number in range(150)])
    write("parquet", f"encoded-{encoding.lower()}-many", parquet({"y": many}, column_encoding=encoding, compression="snappy", data_page_version="2.0"))
write("parquet", "encoded-rle-bool", parquet({"y": pa.array(y > 0)}, column_encoding="RLE", data_page_version="2.0"))
write("parquet", "encoded-split-bytes", parquet({"a": layouts["bytes"]["a"]}, column_encoding="BYTE_STREAM_SPLIT"))
write("parquet", "row-groups", parquet({"a": lists(x), "y": label}, row_group_size=3))
pages = parquet({"a": lists(np.tile(x, (4, 1)))}, data_page_size=64, write_batch_size=4, write_page_index=True)
write("parquet", "pages", pages)
# In the repetition levels of a page, a number of groups of eight.
assert pages[338:343] == bytes([4, 0, 0, 0, 7]), pages[330:350]
write("parquet", "broken-too-few-levels", pages[:342] + b"\xff" + pages[343:])
write("parquet", "pages-v2", parquet({"a": lists(np.tile(x, (4, 1)))}, data_page_size=64, write_batch_size=4, data_page_version="2.0"))
write("parquet", "statistics", parquet(flat, write_statistics=True))
write("parquet", "no-arrow-schema", parquet(flat, store_schema=False))
classes = {"info": {"features": {"label": {"names": ["cat", "dog", "cow"], "_type": "ClassLabel"}}}}
write("parquet", "class-names", parquet(pa.table({"a": lists(x), "label": label}).replace_schema_metadata({"huggingface": json.dumps(classes)})))
write("parquet", "broken-no-rows", parquet({"a": lists(x)[:0]}))
write("parquet", "broken-footer", b"PAR1" + struct.pack("<I", 1 << 30) + b"PAR1")
write("parquet", "broken-cut", parquet({"a": lists(x)})[:-9])


# parquet by hand, to lie at will
def varint(number):
    number &= (1 << 64) - 1
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


class Long(int):
    """A number of 64 bits."""


def thrift(value):
    """Type and bytes of a value in the compact protocol; a dictionary of ids is a structure."""
    if isinstance(value, int):
        return (6 if isinstance(value, Long) else 5), varint(value << 1 ^ value >> 63)
    if isinstance(value, bytes):
        return 8, varint(len(value)) + value
    if isinstance(value, list):
        element = thrift(value[0])[0]
        return 9, bytes([0xF0 | element]) + varint(len(value)) + b"".join(thrift(item)[1] for item in value)
    out = b""
    for field, item in value.items():
        kind, content = thrift(item)
        out += bytes([kind]) + varint(field << 1) + content
    return 12, out + b"\0"


def page(body, unpacked, header, packed=None):
    packed = len(body) if packed is None else packed
    return thrift({1: {5: 0, 7: 2, 8: 3}[next(iter(header))], 2: unpacked, 3: packed} | header)[1] + body


def by_hand(pages, codec=0, rows=4, kind=1, width=0, schema=None):
    """A file of one column `a` of a physical type, required, whose pages are given."""
    schema = schema or [{4: b"root", 5: 1}, {1: kind, 2: width, 3: 0, 4: b"a"}]
    body = b"".join(pages)
    rows, size, start = Long(rows), Long(len(body)), Long(4)
    chunk = {1: kind, 2: [0], 3: [b"a"], 4: codec, 5: rows, 6: size, 7: size, 9: start}
    footer = thrift({1: 1, 2: schema, 3: rows, 4: [{1: [{2: start, 3: chunk}], 2: size, 3: rows}]})[1]
    return b"PAR1" + body + footer + struct.pack("<I", len(footer)) + b"PAR1"


INT32, BYTES, FIXED = 1, 6, 7
PLAIN, DELTA_LENGTHS, DELTA_BYTES, INDICES = 0, 6, 7, 8
SNAPPY, GZIP, BROTLI, ZSTD, LZ4_RAW = 1, 2, 4, 6, 7
HUGE = (1 << 31) - 1


def values(count, encoding=PLAIN):
    return {5: {1: count, 2: encoding, 3: 3, 4: 3}}


four = struct.pack("<4i", 1, 2, 3, 4)
write("parquet", "by-hand", by_hand([page(four, 16, values(4))]))
for name, codec in {"snappy": SNAPPY, "gzip": GZIP, "brotli": BROTLI, "zstd": ZSTD, "lz4": LZ4_RAW}.items():
    write("parquet", f"broken-unpacked-size-{name}", by_hand([page(four, HUGE, values(4))], codec))
write("parquet", "broken-page-beyond-its-column", by_hand([page(four, HUGE, values(4), HUGE)]))
dictionary = page(four, 16, {7: {1: HUGE, 2: PLAIN}})
write("parquet", "broken-dictionary-entries", by_hand([dictionary, page(b"\x02\x08\0", 3, values(4, INDICES))]))
write("parquet", "broken-value-width", by_hand([page(four, 16, values(4))], kind=FIXED, width=HUGE))
write("parquet", "broken-value-width-in-lists", by_hand([page(four, 16, values(4))], kind=FIXED, width=HUGE, schema=[
    {4: b"root", 5: 1}, {3: 1, 4: b"a", 5: 1, 6: 3}, {3: 2, 4: b"list", 5: 1}, {1: FIXED, 2: HUGE, 3: 1, 4: b"element"}]))
delta = varint(128) + varint(4) + varint(1 << 33) + varint(0)
write("parquet", "broken-number-of-lengths", by_hand([page(delta, len(delta), values(4, DELTA_LENGTHS))], kind=BYTES))
write("parquet", "broken-number-of-prefixes", by_hand([page(delta, len(delta), values(4, DELTA_BYTES))], kind=BYTES))
write("parquet", "broken-number-of-children", by_hand([], schema=[{4: b"root", 5: 1}, {3: 1, 4: b"a", 5: HUGE}, {1: 1, 3: 0, 4: b"b"}]))
deep = [{4: b"root", 5: 1}] + [{3: 1, 4: b"g", 5: 1}] * 300 + [{1: 1, 3: 0, 4: b"a"}]
write("parquet", "broken-deep-schema", by_hand([page(four, 16, values(4))], schema=deep))
write("parquet", "broken-rows", by_hand([page(four, 16, values(HUGE))], rows=HUGE))
RUN = 1 << 14
write("parquet", "rows-in-a-run", by_hand([page(four, 16, {7: {1: 4, 2: PLAIN}}), page(b"\x02" + varint(RUN << 1) + b"\1", 5, values(RUN, INDICES))], rows=RUN))

# The page index tells the test where pages are.
checked = {"write_page_checksum": True, "write_page_index": True}
for version in ["1.0", "2.0"]:
    for codec in ["none", "snappy", "zstd", "gzip"]:
        options = checked | {"data_page_version": version, "compression": codec}
        write("parquet", f"crc-lists-{codec}-v{version[0]}", parquet({"a": lists(x), "b": fixed(x.astype(int), pa.int32()), "y": label}, **options))
        write("parquet", f"crc-flat-{codec}-v{version[0]}", parquet(flat, use_dictionary=True, **options))
write("parquet", "crc-pages", parquet({"a": lists(np.tile(x, (4, 1)))}, data_page_size=64, write_batch_size=4, **checked))

# csv and txt
for name, text in {
    "labels": "3\n1\n3\n",
    "header": "label\ncat\ndog\n",
    "columns": 'id,a,label\r\n7,1,cat\r\n8,2,"dog, small"\r\n',
    "mark": "\ufefflabel\n1.0\n2e0\n",
    "quoted": '"y"\n"a ""b"""\nc\n',
    "broken-unequal": "id,y\n1,a\n2\n",
    "broken-blank": "y\na\n\nb\n",
    "broken-half": "y\n1\n0.5\n",
    "semicolons": "id;label\n7;cat\n8;dog\n\n",
    "tabs": "id\tlabel\n7\tcat\n8\tdog\n",
    "features": "a,f1,f2,label\n7,0.5,-1e3,cat\n8,nan,2,dog\n",
    "lists": 'id,a,label\n7,"[1, 2.5e0, 3]",cat\n8,"[4, 5, 6]",dog\n',
    "lists-of-numpy": 'a,label\n"[1. 2.\n 3.]",cat\n"[4. 5. 6.]",dog\n',
    "broken-open-quote": 'id,y\n1,"a\n2,b\n',
    "broken-empty": "",
}.items():
    write("csv", name, text.encode())
    write("csv_gz", name, gz(text.encode()))
write("csv", "broken-latin-1", "y\nčáp\n".encode("iso8859-2"))
for name, text in {
    "labels": "3\n1\n3\n",
    "windows": "\ufeffcat\r\n dog \r\ncat",
    "numbers": "1e0\n-0.0\n+3\n340282366920938463463374607431768211456\n1e308\n",
    "broken-blank": "cat\n\ndog\n",
    "broken-half": "0.5\n",
    "broken-not-a-number": "nan\ninf\n",
    "broken-empty": "",
}.items():
    write("txt", name, text.encode())
    write("txt_zst", name, zst(text.encode()))
write("txt", "broken-latin-1", "čáp\n".encode("iso8859-2"))
packed = gz(b"y\n1\n2\n")
write("csv_gz", "broken-cut", packed[:-5])
write("csv_gz", "broken-checksum", packed[:-8] + bytes(4) + packed[-4:])
write("csv_gz", "members", packed + gz(b"3\n"))
write("csv_gz", "broken-trailing", packed + b"more")
write("csv_gz", "broken-bomb", gz(bytes(1 << 20)))
packed = zst(b"1\n2\n")
write("txt_zst", "broken-cut", packed[:-1])
write("txt_zst", "frames", packed + packed)
write("txt_zst", "broken-trailing", packed + b"more")
# A window of 2 GiB, and one of 128 MiB with nothing to fill it.
write("txt_zst", "broken-window", bytes.fromhex("28b52ffd 00a8 010000"))
write("txt_zst", "broken-large-window", bytes.fromhex("28b52ffd 0088 010000"))
write("txt_zst", "broken-bomb", bytes.fromhex("28b52ffd 0058") + b"\x02\x00\x10\n" * 1000 + b"\x03\x00\x10\n")

# json and jsonl
for name, text in {
    "labels": "[3, 1, 3.0, -0.0]",
    "text": '["cat", "dog, \\u010d", "3e0"]',
    "booleans": "[true, false]",
    "objects": '[{"id": 7, "label": "cat", "a": [1, {"b": null}]}, {"label": "dog", "id": 8}]',
    "lists": '{"id": [7, 8], "label": ["cat", "dog"], "a": {"b": {}}}',
    "keyed": '{"a": [1, 2]}',
    "broken-nulls": "[1, null]",
    "broken-half": "[1, 0.5]",
    "broken-twice": '[{"y": 1, "y": 2}]',
    "broken-lacking": '[{"y": 1}, {"x": 2}]',
    "broken-deep": "[" * 5000,
    "broken-deep-key": '{"a":' * 1000,
    "broken-large": "[1e400]",
    "broken-index": '{"y": {"0": 1, "1": 2}}',
    "broken-cut": '[{"y": 1}, {"y"',
    "broken-empty": "",
}.items():
    write("json", name, text.encode())
for name, text in {
    "labels": '3\n1\n"3"\n\n',
    "objects": '{"id": 7, "label": "cat"}\r\n{"label": "dog", "a": [[]]}\n',
    "mark": "\ufeff1\n2\n",
    "broken-blank": "1\n\n2\n",
    "broken-mixed": '{"y": 1}\n2\n',
    "broken-deep": "[" * 5000 + "\n",
    "broken-empty": "",
}.items():
    write("jsonl", name, text.encode())


# arrow
def arrow(table, form, rows=None, **options):
    table = table if isinstance(table, pa.Table) else pa.table(table)
    out = io.BytesIO()
    new = {"file": pa.ipc.new_file, "stream": pa.ipc.new_stream}[form]
    with new(out, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for batch in table.to_batches(max_chunksize=rows):
            writer.write_batch(batch)
    return out.getvalue()


numbers = pa.array(x.ravel())
starts, sizes = pa.array([36, 30, 24, 18, 12, 6, 0], pa.int32()), pa.array([6] * 7, pa.int32())
views = {
    "list-views": {"a": pa.ListViewArray.from_arrays(starts, sizes, numbers), "b": pa.LargeListViewArray.from_arrays(starts.cast(pa.int64()), sizes.cast(pa.int64()), numbers)},
    "list-views-of-keys": {"a": pa.ListViewArray.from_arrays(starts, sizes, numbers.dictionary_encode())},
    "runs": {"a": pa.RunEndEncodedArray.from_arrays(pa.array([3, 7], pa.int32()), lists(x)[:2]), "y": pa.RunEndEncodedArray.from_arrays(pa.array([2, 7], pa.int16()), ["a", "b"])},
    "keys-of-lists": {"a": pa.DictionaryArray.from_arrays(pa.array([1, 0, None, 1, 0, 1, 0], pa.int8()), lists(x)[:2])},
}
for form in ["file", "stream"]:
    for name, content in (layouts | views).items():
        named = f"broken-{form}-{name.removeprefix('broken-')}" if name.startswith("broken-") else f"{form}-{name}"
        write("arrow", named, arrow(content, form))
    for codec in ["lz4", "zstd"]:
        write("arrow", f"{form}-{codec}", arrow({"a": lists(x), "b": fixed(x), "y": label}, form, compression=codec))
    write("arrow", f"{form}-batches", arrow({"a": fixed(x), "y": pa.array(["a", "b", "a", "c", "a", "b", "c"]).dictionary_encode()}, form, rows=3))
    write("arrow", f"{form}-types", arrow({name: fixed(x.astype(name), pa.from_numpy_dtype(name)) for name in ["float16", "float64", "int8", "uint16", "int64"]}, form))
    write("arrow", f"{form}-class-names", arrow(pa.table({"a": lists(x), "label": label}).replace_schema_metadata({"huggingface": json.dumps(classes)}), form))
    write("arrow", f"{form}-views", arrow({"v": pa.array(["text"] * 7, pa.string_view()), "a": fixed(x)}, form))
    write("arrow", f"broken-{form}-no-rows", arrow({"a": lists(x)[:0]}, form))
    write("arrow", f"broken-{form}-cut", arrow({"a": lists(x)}, form)[:-9])
write("arrow", "broken-magic", b"ARROW1\0\0ARROW1")
write("arrow", "broken-length", b"\xff\xff\xff\xff\xff\xff\xff\x7f" + b"\0" * 24)


# pt
def pt(pickled, storages, root="archive", byteorder="little"):
    """An archive as `torch.save` writes it, around a pickle of opcodes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        members = {"data.pkl": pickled, "byteorder": byteorder.encode(), "version": b"3\n"}
        members |= {f"data/{key}": storage for key, storage in storages.items()}
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(f"{root}/{name}"), content)
    return out.getvalue()


def text(word):
    return b"X" + struct.pack("<I", len(word.encode())) + word.encode()


def integers(numbers):
    return b"(" + b"".join(b"J" + struct.pack("<i", number) for number in numbers) + b"t"


def tensor(kind, key, shape, strides, offset=0, numel=42):
    storage = b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + b"J" + struct.pack("<i", numel) + b"tQ"
    place = b"J" + struct.pack("<i", offset) + integers(shape) + integers(strides)
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + place + b"\x89ccollections\nOrderedDict\n)RtR"


def tensors(named):
    return b"\x80\x02}(" + b"".join(text(name) + value for name, value in named.items()) + b"u."


rows_first = tensor("FloatStorage", "0", (7, 6), (6, 1))
labelled = {"a": rows_first, "y": tensor("LongStorage", "1", (7,), (1,), numel=7), "epoch": b"K\x0c"}
storages = {"0": x.tobytes(), "1": y.astype("<i8").tobytes()}
write("pt", "crc-dict", pt(tensors(labelled), storages))
write("pt", "crc-tensor", pt(b"\x80\x02" + rows_first + b".", storages))
write("pt", "crc-columns-first", pt(tensors({"a": tensor("FloatStorage", "0", (6, 7), (1, 6))}), storages))
write("pt", "crc-slice", pt(tensors({"a": tensor("FloatStorage", "0", (3, 2), (12, 1), 7)}), storages))
write("pt", "crc-three-axes", pt(tensors({"a": tensor("HalfStorage", "0", (7, 3, 2), (6, 2, 1))}), {"0": x.astype("<f2").tobytes()}))
write("pt", "crc-bfloat16", pt(tensors({"a": tensor("BFloat16Storage", "0", (7, 6), (6, 1))}), {"0": x.astype(ml_dtypes.bfloat16).tobytes()}))
write("pt", "crc-big-endian", pt(tensors({"a": rows_first}), {"0": x.astype(">f4").tobytes()}, byteorder="big"))


def ndarray(array, encoded=True):
    """An array of NumPy as it is pickled, its bytes as a text or as they are."""
    code = array.dtype.str
    content = array.tobytes("A")
    length = struct.pack("<I", len(content))
    content = b"c_codecs\nencode\n(" + text(content.decode("latin1")) + text("latin1") + b"tR" if encoded else b"B" + length + content
    dtype = b"cnumpy\ndtype\n(" + text(code[1:]) + b"\x89\x88tR(K\x03" + text(code[0]) + b"NNNtb"
    order = b"\x89" if array.flags.c_contiguous else b"\x88"
    return b"cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85NtR(K\x01" + integers(array.shape) + dtype + order + content + b"tb"


def several_tensors(*items):
    return b"](" + b"".join(items) + b"e"


def nested(named):
    return b"}(" + b"".join(text(name) + value for name, value in named.items()) + b"u"


batches = [tensor("FloatStorage", "0", (3, 6), (6, 1)), tensor("FloatStorage", "0", (4, 6), (6, 1), 18)]
label_batches = [tensor("LongStorage", "1", (3,), (1,), numel=7), tensor("LongStorage", "1", (4,), (1,), 3, numel=7)]
records = [nested({"a": batch, "y": labels}) for batch, labels in zip(batches, label_batches)]
write("pt", "crc-batches", pt(b"\x80\x02" + several_tensors(*batches) + b".", storages))
write("pt", "crc-batches-by-name", pt(tensors({"a": several_tensors(*batches), "y": several_tensors(*label_batches)}), storages))
write("pt", "crc-records", pt(b"\x80\x02" + several_tensors(*records) + b".", storages))
write("pt", "crc-pair", pt(b"\x80\x02" + rows_first + labelled["y"] + b"\x86.", storages))
write("pt", "crc-nested", pt(tensors({"a": nested({"b": nested({"c": rows_first}), "d": rows_first}), "y": labelled["y"]}), storages))
write("pt", "crc-keys", pt(b"\x80\x02ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R(" + text("a") + b"K\x01\x86" + several_tensors(*batches) + b"K\x02" + rows_first + b"u.", storages))
write("pt", "crc-numpy", pt(tensors({"a": ndarray(x), "b": ndarray(np.asfortranarray(x.astype(">f8")), False), "y": ndarray(y)}), {}))
write("pt", "crc-numpy-batches", pt(tensors({"a": several_tensors(ndarray(x[:3]), batches[1])}), storages))
write("pt", "broken-numpy-object", pt(tensors({"a": ndarray(x).replace(text("f4"), text("O8"))}), {}))
write("pt", "broken-numpy-length", pt(tensors({"a": ndarray(x).replace(text("f4"), text("f8"))}), {}))
write("pt", "broken-batches", pt(b"\x80\x02" + several_tensors(*batches, tensor("FloatStorage", "0", (2, 5), (5, 1))) + b".", storages))
write("pt", "broken-batches-over-and-over", pt(b"\x80\x02](" + rows_first + b"q\0" + b"h\0" * 2000 + b"e.", storages))
write("pt", "broken-doubled", pt(b"\x80\x02" + rows_first + b"q\0}(K\x01h\0K\x02h\0u" * 30 + b".", storages))
write("pt", "broken-optimizer", pt(tensors({"state": nested({"0": rows_first}), "param_groups": b"]"}), storages))


def legacy(pickled, storages):
    """A file as `torch.save` wrote it before version 1.6."""
    keys = b"\x80\x02](" + b"".join(text(key) for key in storages) + b"e."
    content = b"".join(struct.pack("<q", length) + storage for length, storage in storages.values())
    return b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}." + pickled + keys + content


both = {"0": (42, x.tobytes()), "1": (7, y.astype("<i8").tobytes())}
one = {"0": both["0"]}
write("pt", "legacy", legacy(tensors(labelled), both))
write("pt", "legacy-tensor", legacy(b"\x80\x02" + rows_first + b".", one))
write("pt", "legacy-batches", legacy(tensors({"a": several_tensors(*batches), "b": ndarray(x)}), one))
write("pt", "broken-legacy-length", legacy(tensors({"a": rows_first}), {"0": (2**62, x.tobytes())}))
write("pt", "broken-legacy-cut", legacy(tensors(labelled), both)[:-9])
write("pt", "broken-legacy-longer", legacy(b"\x80\x02" + rows_first + b".", one) + b"!")
write("pt", "broken-object", pt(b"\x80\x02cos\nsystem\n" + text("true") + b"\x85R.", {}))
write("pt", "broken-short-storage", pt(tensors({"a": rows_first}), {"0": x.tobytes()[:-1]}))
write("pt", "broken-expanded", pt(tensors({"a": tensor("FloatStorage", "0", (2**31 - 1, 6), (0, 1))}), storages))
write("pt", "broken-deep", pt(b"\x80\x02" + b"(" * 2000 + b"t" * 2000 + b".", {}))
write("pt", "broken-pickle", b"\x80\x02K\x01.")
