#!/bin/sh
# arrays_others.sh -- NumPy, h5py and Octave write what we read, and read what we write.
. "${srcdir:-.}/tests/tap.sh"

copy() { run "$build/tests/unit/test_arrays" --copy "$1" "$2"; }

if [ ! -x "$build/tests/unit/test_arrays" ]; then
    skip "files of other programs" "the tests were built without CUnit"
    finish
fi
python_with numpy
if [ -z "$python" ]; then
    skip "files of NumPy" "no python3 with numpy (apt install python3-numpy)"
    finish
fi

cat >arrays.py <<'END'
import json, struct, sys
import numpy as np

r = np.random.default_rng(7)
W = r.standard_normal((5, 3))
named = {
    "W1": W, "fortran": np.asfortranarray(W), "strided": r.standard_normal((6, 8))[::2, 1::3],
    "b1": r.standard_normal(4), "loss": np.float64(0.25), "single": W.astype("<f4"),
    "half": W.astype("<f2"), "big": W.astype(">f8"), "big4": W.astype(">f4"),
    "odd": np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324]), "none": np.zeros((0, 3)),
    "true": np.array([[True, False]]), "group/dW1": W,
}
for kind in "i1 u1 <i2 >i2 <u2 <i4 >u4 <i8 >i8 <u8".split():
    named["int " + kind.strip("<>") + str(kind[0] == ">")] = np.arange(5).astype(kind)
left_out = {"text": np.array(["a"]), "complex": W + 1j, "cube": np.zeros((2, 2, 2))}

def tensors(path):
    data = open(path, "rb").read()
    n, = struct.unpack("<Q", data[:8])
    for name, t in json.loads(data[8:8 + n]).items():
        a, b = t["data_offsets"]
        kind = {"F64": "<f8", "F32": "<f4"}[t["dtype"]]
        yield name, np.frombuffer(data[8 + n + a:8 + n + b], kind).reshape(t["shape"])

def datasets(path):
    import h5py
    found = {}
    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()]
    with h5py.File(path, "r") as f:
        f.visititems(visit)
    return found

def read(path):
    if path.endswith(".npz"):
        with np.load(path, allow_pickle=False) as f:
            return dict(f)
    return dict(tensors(path)) if path.endswith(".safetensors") else datasets(path)

def compare(path, wanted):
    got = read(path)
    assert sorted(got) == sorted(wanted), (sorted(got), sorted(wanted))
    for name, w in wanted.items():
        kind = np.float32 if np.asarray(w).dtype.itemsize == 4 and w.dtype.kind == "f" else np.float64
        w = np.asarray(w).astype(kind)
        w = w if w.ndim else w.reshape(1, 1)
        g = np.ascontiguousarray(got[name])
        assert g.dtype == kind and g.shape == w.shape, (name, g.dtype, g.shape)
        assert g.tobytes() == np.ascontiguousarray(w).tobytes(), name

if sys.argv[1] == "make":
    np.savez("plain.npz", **named, **left_out)
    np.savez_compressed("packed.npz", zeros=np.zeros((300, 300)), **named)
    np.save("one.npy", np.asfortranarray(W))
    with open("two.npy", "wb") as f:
        np.lib.format.write_array(f, W, version=(2, 0))
elif sys.argv[1] == "compare":
    compare(sys.argv[2], named)
elif sys.argv[1] == "packed":
    compare(sys.argv[2], {"zeros": np.zeros((300, 300)), **named})
elif sys.argv[1] == "one":
    compare(sys.argv[2], {sys.argv[3]: W})
elif sys.argv[1] == "h5py":
    import h5py
    with h5py.File("made.h5", "w") as f:
        for name, a in named.items():
            if name != "true": # h5py makes an enumeration of it
                f[name] = a
        f.attrs["note"] = f["note"] = "text"
elif sys.argv[1] == "made":
    compare(sys.argv[2], {name: a for name, a in named.items() if name != "true"})
elif sys.argv[1] == "octave":
    compare(sys.argv[2], {
        "W1": np.array([[1., 2, 3], [4, 5, 6]]), "row": np.array([[7., 8, 9]]),
        "column": np.array([[1.5], [2.5]]), "loss": np.float64(0.25),
        "narrow": np.array([[1.5, -2]], "<f4"), "flag": np.float64(1),
        "counts": np.array([[1., 2], [3, 4]])})
END
ok "NumPy writes files" "$python" arrays.py make
for ending in npz safetensors h5; do
    if [ $ending = h5 ] && ! "$python" -c 'import h5py' 2>/dev/null; then
        skip "what NumPy has written is read, and written as .h5" "no h5py (apt install python3-h5py)"
        continue
    fi
    copy plain.npz "out.$ending"
    exits "what NumPy has written is read, and written as .$ending" 0
    ok "NumPy has from the .$ending what it wrote" "$python" arrays.py compare "out.$ending"
    copy "out.$ending" back.npz
    exits "the .$ending is read, too" 0
    ok "and is still the same" "$python" arrays.py compare back.npz
done
copy plain.npz out.npz
says "what is no array is named" err \
    "left out: text (text), complex (complex numbers), cube (more than two dimensions)"
for name in one two; do
    copy $name.npy out.npz
    ok "$name.npy is the array '$name'" "$python" arrays.py one out.npz $name
done
copy packed.npz out.npz
if grep -q '^ZLIB_LIBS = -lz' "$build/Makefile"; then
    ok "numpy.savez_compressed is read" "$python" arrays.py packed out.npz
else
    says "without zlib a compressed file says what to do" err "write it with numpy.savez"
fi

if "$python" -c 'import h5py' 2>/dev/null; then
    ok "h5py writes a file" "$python" arrays.py h5py
    copy made.h5 out.npz
    exits "it is read" 0
    ok "and has the same arrays" "$python" arrays.py made out.npz
    says "its text is left out" err "note ("
else
    skip "files of h5py" "no h5py (apt install python3-h5py)"
fi

if have octave; then
    octave="octave --no-gui --norc --quiet --eval"
    $octave 'W1 = [1 2 3; 4 5 6]; row = [7 8 9]; column = [1.5; 2.5]; loss = 0.25;
        narrow = single([1.5 -2]); flag = true; counts = int32([1 2; 3 4]); empty = [];
        name = "text"; z = 1 + 2i; cube = zeros(2, 2, 2); range = 1:5; many = sparse(eye(2));
        save("-hdf5", "octave.h5")' >octave.out 2>&1
    copy octave.h5 out.npz
    exits "what Octave saves is read" 0
    ok "the right way round" "$python" arrays.py octave out.npz
    copy octave.h5 out.npz
    for each in 'empty (no elements)' 'name (string)' 'z (complex scalar)' 'cube (more than' \
        'range (' 'many (sparse matrix)'; do
        says "what is no array is named: ${each%% *}" err "$each"
    done
    copy octave.h5 ours.h5
    ok "Octave loads what we write, turned as it turns all HDF5" $octave '
        s = load("ours.h5"); assert(s.W1, [1 4; 2 5; 3 6]); assert(s.column, [1.5 2.5]);'
else
    skip "files of Octave" "no octave (apt install octave)"
fi
finish
