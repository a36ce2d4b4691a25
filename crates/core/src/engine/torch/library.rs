//! libtorch as a library: whether a device is there, how much memory it has, and how exact its products are.
//!
//! What libtorch's C interface lacks is called by the names of its C++ functions, which are those of the one version that
//! this program is built for, and of the CUDA runtime, which are those of its C interface.
#![allow(unsafe_code, reason = "functions of libtorch and of the CUDA runtime that are found by name")]

use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::{c_int, c_void};
use std::sync::{Mutex, PoisonError};

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
use tch::{Cuda, Device};

use super::capacity::{Capacity, MATRICES};
use super::sweep::Torch;
use crate::block::TILE;
use crate::engine::device::{Products, TorchDevice, Unavailable};
use crate::engine::sweep::Engine;

/// Tiles at once on a GPU: so many that what happens once for all of them takes little of the time.
const MOST_TILES: usize = 32;

/// Tiles at once on the processor, whose caches are small.
const CPU_TILES: usize = 4;

/// An engine on a device.
///
/// # Errors
/// What is missing.
pub(in crate::engine) fn open(
    device: TorchDevice,
    products: Products,
    threads: usize,
) -> Result<Box<dyn Engine>, Unavailable> {
    let capacity = match device {
        TorchDevice::Cpu => {
            // Its products are other bits on other numbers of threads.
            tch::set_num_threads(1);
            let (name, device) = ("torch, cpu".to_owned(), Device::Cpu);
            Capacity { device, name, tiles: CPU_TILES, rows_room: None, work_room: usize::MAX }
        }
        TorchDevice::Mps => {
            if !tch::utils::has_mps() {
                return Err(unavailable("this libtorch finds no Mac GPU to compute on", "--device cpu"));
            }
            let (name, device) = ("torch, mps".to_owned(), Device::Mps);
            Capacity { device, name, tiles: CPU_TILES * 2, rows_room: None, work_room: usize::MAX }
        }
        TorchDevice::Cuda(index) => cuda(index)?,
    };
    switch(products)?;
    Ok(Box::new(Torch::on(capacity, threads)))
}

fn cuda(index: usize) -> Result<Capacity, Unavailable> {
    // libtorch registers its GPU functions when this library is loaded, and remembers if they were asked for before.
    // SAFETY: the initializers of libtorch's own library, which is made to be loaded so.
    let loaded = unsafe { Library::open(Some("libtorch_cuda.so"), RTLD_NOW | RTLD_GLOBAL) };
    let library = loaded.map_err(|error| {
        let hint = "install all of PyTorch 2.11 for CUDA where this program was built to find libtorch: docs/gpu.md";
        // The outer error says only that there is one.
        let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        unavailable(format!("libtorch's CUDA part cannot be loaded: {cause}"), hint)
    })?;
    // It stays until the process ends.
    std::mem::forget(library);
    if !Cuda::is_available() {
        return Err(unavailable(
            "libtorch finds no CUDA device",
            "`nvidia-smi` shows devices and the driver's version",
        ));
    }
    let count = usize::try_from(Cuda::device_count()).unwrap_or(0);
    if index >= count {
        let problem = format!("expected a number below {count}, the number of CUDA devices here, found {index}");
        return Err(unavailable(problem, "--device cuda takes the first"));
    }
    let free = free_at_first(index);
    let room = free.unwrap_or(usize::MAX);
    let work = |tiles: usize| MATRICES * (tiles * TILE).pow(2) * size_of::<f64>();
    let mut tiles = MOST_TILES;
    while tiles > 1 && work(tiles) > room / 4 {
        tiles /= 2;
    }
    let work_room = work(tiles).max(room / 4);
    // A part stays free for what libtorch itself needs.
    let rows_room = free.map(|free| free.saturating_sub(work_room).saturating_sub(free / 16));
    let name = format!("torch, cuda:{index}");
    Ok(Capacity { device: Device::Cuda(index), name, tiles, rows_room, work_room })
}

/// Free bytes of a CUDA device when this process first asked: what it has taken since is libtorch's, which uses it again.
fn free_at_first(index: usize) -> Option<usize> {
    static FREE: Mutex<BTreeMap<usize, Option<usize>>> = Mutex::new(BTreeMap::new());
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    *free.entry(index).or_insert_with(|| Runtime::loaded()?.free_memory(index))
}

/// What the CUDA runtime is asked.
pub(super) struct Runtime {
    set_device: unsafe extern "C" fn(c_int) -> c_int,
    mem_get_info: unsafe extern "C" fn(*mut usize, *mut usize) -> c_int,
}

impl Runtime {
    /// The runtime that libtorch brought along; `None` where it brought none.
    pub(super) fn loaded() -> Option<Runtime> {
        let program = Library::this();
        // SAFETY: the types are those of the CUDA runtime's documentation, the same in all versions; it is never unloaded.
        unsafe {
            Some(Runtime {
                set_device: *program.get(b"cudaSetDevice\0").ok()?,
                mem_get_info: *program.get(b"cudaMemGetInfo\0").ok()?,
            })
        }
    }

    /// Free bytes of a device; `None` where the runtime does not say.
    fn free_memory(&self, index: usize) -> Option<usize> {
        let (mut free, mut total) = (0, 0);
        let index = c_int::try_from(index).ok()?;
        // SAFETY: both pointers are to places for a number.
        let found = unsafe { (self.set_device)(index) == 0 && (self.mem_get_info)(&raw mut free, &raw mut total) == 0 };
        found.then_some(free)
    }
}

/// Sees to it that products of f32 are rounded to fewer digits only where that is asked for, and sums of products of halves
/// never to halves.
fn switch(products: Products) -> Result<(), Unavailable> {
    type GlobalContext = unsafe extern "C" fn() -> *mut c_void;
    type Switch = unsafe extern "C" fn(*mut c_void, bool);
    type TwoSwitches = unsafe extern "C" fn(*mut c_void, bool, bool);
    let program = Library::this();
    // SAFETY: at::globalContext() returns a reference to a static, and the others are members of it that take flags and
    // nothing else: in the C++ ABI of all systems with such names, functions of a pointer and the flags.
    let switched = unsafe {
        let context = program.get::<GlobalContext>(b"_ZN2at13globalContextEv\0");
        let tf32 = program.get::<Switch>(b"_ZN2at7Context18setAllowTF32CuBLASEb\0");
        let of_f16 = program.get::<TwoSwitches>(b"_ZN2at7Context27setAllowFP16ReductionCuBLASEbb\0");
        let of_bf16 = program.get::<TwoSwitches>(b"_ZN2at7Context27setAllowBF16ReductionCuBLASEbb\0");
        match (context, tf32, of_f16, of_bf16) {
            (Ok(context), Ok(tf32), Ok(of_f16), Ok(of_bf16)) => {
                let context = context();
                tf32(context, products == Products::Tf32);
                of_f16(context, false, false);
                of_bf16(context, false, false);
                true
            }
            _ => false,
        }
    };
    let problem = "this libtorch is not the version that this program was built for";
    if switched { Ok(()) } else { Err(unavailable(problem, "PyTorch 2.11")) }
}

fn unavailable(problem: impl Into<String>, hint: impl Into<String>) -> Unavailable {
    Unavailable { problem: problem.into(), hint: hint.into() }
}
