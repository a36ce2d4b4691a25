//! The metadata of a batch: its nodes and buffers, checked against its body and assigned to the columns.

use std::ops::Range;

use arrow_ipc::{self as ipc, CompressionType, MetadataVersion};
use arrow_schema::{DataType, Fields, UnionMode};

use crate::error::Fault;
use crate::source::files::region::Region;
use crate::source::tables::guard::damaged_file;

/// The metadata of a batch, and where its body lies.
pub(super) struct Batch {
    pub(super) rows: usize,
    pub(super) nodes: Vec<Node>,
    pub(super) buffers: Vec<BufferExtent>,
    /// Number of the buffers beyond the first two, of each column of views.
    pub(super) variadic: Vec<i64>,
    pub(super) codec: Option<CompressionType>,
    pub(super) version: MetadataVersion,
    pub(super) body: Region,
    columns: Vec<Share>,
}

/// Length and number of nulls of an array.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) len: usize,
    pub(super) nulls: usize,
}

/// Where a buffer is in the body.
#[derive(Debug, Clone, Copy)]
pub(super) struct BufferExtent {
    pub(super) offset: u64,
    pub(super) len: u64,
}

/// What of a batch belongs to one column.
#[derive(Debug, Clone)]
pub(super) struct Share {
    pub(super) nodes: Range<usize>,
    pub(super) buffers: Range<usize>,
    pub(super) variadic: Range<usize>,
}

impl Batch {
    /// Checks the metadata of a batch of `fields` with this body.
    pub(super) fn read(
        batch: ipc::RecordBatch<'_>,
        version: MetadataVersion,
        body: Region,
        fields: &Fields,
    ) -> Result<Batch, Fault> {
        let nodes = batch.nodes().into_iter().flatten().map(Node::read).collect::<Result<Vec<_>, _>>()?;
        let buffers = batch.buffers().into_iter().flatten().map(|buffer| BufferExtent::read(buffer, &body));
        let buffers = buffers.collect::<Result<Vec<_>, _>>()?;
        // Buffers that share bytes would let a small file ask for any amount of memory.
        if buffers.iter().fold(0, |sum: u64, buffer| sum.saturating_add(buffer.len)) > body.len() {
            return Err(damaged_file("the buffers of a batch overlap"));
        }
        let variadic: Vec<i64> = batch.variadicBufferCounts().into_iter().flatten().collect();
        let rows = usize::try_from(batch.length()).map_err(damaged_file)?;
        let mut dealer = Dealer { version, variadic: &variadic, nodes: 0, buffers: 0, views: 0 };
        let columns = fields.iter().map(|field| dealer.share(field.data_type())).collect::<Result<Vec<_>, _>>()?;
        if (dealer.nodes, dealer.buffers, dealer.views) != (nodes.len(), buffers.len(), variadic.len()) {
            return Err(damaged_file("a batch does not have the columns of the schema"));
        }
        for (field, share) in fields.iter().zip(&columns) {
            let found = nodes.get(share.nodes.start).map_or(0, |node| node.len);
            if found != rows {
                let name = field.name();
                return Err(damaged_file(format_args!("a batch has {rows} rows, its column `{name}` has {found}")));
            }
        }
        let codec = batch.compression().map(|compression| compression.codec());
        Ok(Batch { rows, nodes, buffers, variadic, codec, version, body, columns })
    }

    /// What belongs to the column `column` of the schema.
    pub(super) fn share(&self, column: usize) -> Option<&Share> {
        self.columns.get(column)
    }

    /// Bytes that the column takes in the body.
    pub(super) fn bytes(&self, column: usize) -> u64 {
        let buffers = self.share(column).and_then(|share| self.buffers.get(share.buffers.clone()));
        buffers.unwrap_or_default().iter().fold(0, |sum, buffer| sum.saturating_add(buffer.len))
    }
}

impl Node {
    fn read(node: &ipc::FieldNode) -> Result<Node, Fault> {
        match (usize::try_from(node.length()), usize::try_from(node.null_count())) {
            (Ok(len), Ok(nulls)) if nulls <= len => Ok(Node { len, nulls }),
            _ => Err(damaged_file(format_args!("{} of {} values are null", node.null_count(), node.length()))),
        }
    }
}

impl BufferExtent {
    fn read(buffer: &ipc::Buffer, body: &Region) -> Result<BufferExtent, Fault> {
        let extent = u64::try_from(buffer.offset()).ok().zip(u64::try_from(buffer.length()).ok());
        match extent.filter(|&(offset, len)| body.part(offset, len).is_some()) {
            Some((offset, len)) => Ok(BufferExtent { offset, len }),
            None => {
                let (offset, len) = (buffer.offset(), buffer.length());
                let found = format_args!("a buffer of {len} bytes from {offset} on, in a body of {}", body.len());
                Err(damaged_file(found))
            }
        }
    }
}

/// Deals nodes and buffers out to the columns, in their order.
struct Dealer<'a> {
    version: MetadataVersion,
    variadic: &'a [i64],
    nodes: usize,
    buffers: usize,
    views: usize,
}

impl Dealer<'_> {
    fn share(&mut self, data_type: &DataType) -> Result<Share, Fault> {
        let (nodes, buffers, views) = (self.nodes, self.buffers, self.views);
        self.pass(data_type)?;
        Ok(Share { nodes: nodes..self.nodes, buffers: buffers..self.buffers, variadic: views..self.views })
    }

    /// Passes over the nodes and buffers of an array. The numbers are those of *Recordbatch message* in the format's
    /// documentation.
    fn pass(&mut self, data_type: &DataType) -> Result<(), Fault> {
        use DataType::{
            Binary, BinaryView, FixedSizeList, LargeBinary, LargeList, LargeListView, LargeUtf8, List, ListView, Map,
            Null, RunEndEncoded, Struct, Union, Utf8, Utf8View,
        };
        self.nodes += 1;
        match data_type {
            Null => {}
            Utf8 | LargeUtf8 | Binary | LargeBinary => self.buffers += 3,
            Utf8View | BinaryView => {
                let more = self.variadic.get(self.views).and_then(|&count| usize::try_from(count).ok());
                let more =
                    more.ok_or_else(|| damaged_file("a column of views does not say how many buffers it has"))?;
                self.buffers = self.buffers.saturating_add(2).saturating_add(more);
                self.views += 1;
            }
            List(item) | LargeList(item) | Map(item, _) => {
                self.buffers += 2;
                self.pass(item.data_type())?;
            }
            ListView(item) | LargeListView(item) => {
                self.buffers += 3;
                self.pass(item.data_type())?;
            }
            FixedSizeList(item, _) => {
                self.buffers += 1;
                self.pass(item.data_type())?;
            }
            Struct(fields) => {
                self.buffers += 1;
                fields.iter().try_for_each(|field| self.pass(field.data_type()))?;
            }
            RunEndEncoded(ends, values) => {
                self.pass(ends.data_type())?;
                self.pass(values.data_type())?;
            }
            Union(fields, mode) => {
                // Types, offsets where the union is dense, and a validity bitmap up to version 4.
                self.buffers += 1 + usize::from(*mode == UnionMode::Dense);
                self.buffers += usize::from(self.version == MetadataVersion::V4);
                fields.iter().try_for_each(|(_, field)| self.pass(field.data_type()))?;
            }
            _ => self.buffers += 2,
        }
        Ok(())
    }
}
