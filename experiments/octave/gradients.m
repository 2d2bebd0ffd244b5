% gradients.m -- the network of the notes in Octave, derived by hand, to be checked by Longhand.
% SPDX-License-Identifier: MIT
%
%   octave --quiet gradients.m NET.h5 OUT.h5
%
% NET.h5 has X, y, W1, b1, ..., Wk, bk as Longhand writes them; OUT.h5 gets L, dW1, db1, dZ1, dA1
% and so on.  Octave turns every matrix of an HDF5 file; Longhand turns back what Octave saves.

files = argv();
net = structfun(@transpose, load(files{1}), "UniformOutput", false);
k = sum(strncmp(fieldnames(net), "W", 1));
m = rows(net.X);

A = {net.X};                                     % A{i + 1} is A_i of the page
for i = 1:k
    Z{i} = A{i} * net.(sprintf("W%d", i)) + net.(sprintf("b%d", i));
    A{i + 1} = max(Z{i}, 0);
endfor

d.L = mean(max(Z{k}, 0) - net.y .* Z{k} + log1p(exp(-abs(Z{k}))));
dZ = (1 ./ (1 + exp(-Z{k})) - net.y) / m;        % (yhat - y) / m
for i = k:-1:1
    d.(sprintf("dZ%d", i)) = dZ;
    d.(sprintf("dW%d", i)) = A{i}' * dZ;
    d.(sprintf("db%d", i)) = sum(dZ, 1);
    if i > 1
        dA = d.(sprintf("dA%d", i - 1)) = dZ * net.(sprintf("W%d", i))';
        dZ = dA .* (Z{i - 1} > 0);
    endif
endfor
save("-hdf5", files{2}, "-struct", "d");
