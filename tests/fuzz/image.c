/* image.c -- files of HDF5 made in memory, changed as an input says, with checksums right again. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/image.h"

#include "framework/base/sha256.h"
#include "framework/store/store.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_BLOCK = 2048, MOST_BLOCKS = 200 };

/* Metadata of the newer format: what lies between two places has its checksum behind it. */
typedef struct block {
    size_t from, to;
} block;

typedef struct image {
    unsigned char *at;
    size_t size, blocks;
    block block[MOST_BLOCKS];
} image;

static uint32_t number(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t turned(uint32_t x, int by)
{
    return x << by | x >> (32 - by);
}

/* The checksum that HDF5 has of its metadata: lookup3 of Bob Jenkins, byte by byte. */
static uint32_t lookup3(const unsigned char *k, size_t length)
{
    uint32_t a = 0xdeadbeef + (uint32_t)length, b = a, c = a;
    unsigned char last[12] = {0};

    for (; length > 12; length -= 12, k += 12) {
        a += number(k), b += number(k + 4), c += number(k + 8);
        a -= c, a ^= turned(c, 4), c += b;
        b -= a, b ^= turned(a, 6), a += c;
        c -= b, c ^= turned(b, 8), b += a;
        a -= c, a ^= turned(c, 16), c += b;
        b -= a, b ^= turned(a, 19), a += c;
        c -= b, c ^= turned(b, 4), b += a;
    }
    if (length == 0)
        return c;
    memcpy(last, k, length);
    a += number(last), b += number(last + 4), c += number(last + 8);
    c ^= b, c -= turned(b, 14);
    a ^= c, a -= turned(c, 11);
    b ^= a, b -= turned(a, 25);
    c ^= b, c -= turned(b, 16);
    a ^= c, a -= turned(c, 4);
    b ^= a, b -= turned(a, 14);
    c ^= b, c -= turned(b, 24);
    return c;
}

/* Where blocks begin that may have one, or that are worth an edit. */
static int begins_block(const unsigned char *at)
{
    static const char marks[][5] = {"\x89HDF", "OHDR", "OCHK", "FRHP", "FHIB", "BTHD", "BTLF",
                                    "BTIN",    "FAHD", "FADB", "EAHD", "EAIB", "EASB", "EADB",
                                    "FSHD",    "FSSE", "TREE", "SNOD", "HEAP"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (memcmp(at, marks[i], 4) == 0)
            return 1;
    return 0;
}

/* Its end is where the four bytes are the checksum of all before them: no format need be known. */
static void find_blocks(image *m)
{
    for (size_t i = 0; i + 12 < m->size && m->blocks < MOST_BLOCKS; i++) {
        block *b = &m->block[m->blocks];

        if (!begins_block(m->at + i))
            continue;
        *b = (block){i, 0};
        for (size_t n = 8; n < LONGEST_BLOCK && i + n + 4 <= m->size && !b->to; n++)
            if (lookup3(m->at + i, n) == number(m->at + i + n))
                b->to = i + n;
        m->blocks++;
    }
}

static void make_right(const image *m, unsigned char *file, size_t size)
{
    for (size_t i = 0; i < m->blocks; i++) {
        const block *b = &m->block[i];
        uint32_t sum;

        if (b->to == 0 || b->to + 4 > size)
            continue;
        sum = lookup3(file + b->from, b->to - b->from);
        for (size_t k = 0; k < 4; k++)
            file[b->to + k] = (unsigned char)(sum >> 8 * k);
    }
}

/* The user block of a file of ours, of the version that it says it is of. */
static void stamp(unsigned char *file, size_t size)
{
    unsigned char version[4];

    if (size < 2 * LHI_STORE_BLOCK || memcmp(file, "LONGHAND", 8) != 0)
        return;
    memcpy(version, file + 8, sizeof version);
    lhi_store_stamp(file, size);
    memcpy(file + 8, version, sizeof version);
    lhi_sha256_of(file, 480, file + 480);
}

/* Anywhere, or near the beginning of a block. */
static size_t place_in(const image *m, fuzz_input *in, unsigned near)
{
    if (near && m->blocks > 0) {
        const block *b = &m->block[fuzz_byte(in) % m->blocks];

        return (b->from + fuzz_byte(in)) % m->size;
    }
    return fuzz_number(in) % m->size;
}

static void put(unsigned char *to, size_t room, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width && i < room; i++)
        to[i] = (unsigned char)(value >> 8 * i);
}

/* One edit; what an input has no bytes for is 0. */
static void edit(const image *m, unsigned char *file, fuzz_input *in)
{
    const unsigned how = fuzz_byte(in);
    const size_t at = place_in(m, in, how & 8), room = m->size - at;
    const uint64_t special[] = {0, UINT64_MAX, INT64_MAX, 1, m->size, m->size - 1, at, 1u << 31,
                                UINT32_MAX, 65535, 65536, (uint64_t)1 << 32};
    unsigned count = fuzz_byte(in);
    size_t from;

    switch (how & 7) {
    case 0:
    case 1:
        for (size_t i = 0; i < 1 + count % 8 && i < room; i++)
            file[at + i] = (unsigned char)fuzz_byte(in);
        break;
    case 2:
        file[at] = (unsigned char)(file[at] + count);
        break;
    case 3:
        memset(file + at, (int)fuzz_byte(in), count < room ? count : room);
        break;
    case 4:
        from = place_in(m, in, count & 1);
        if (m->size - from < room)
            count = count < m->size - from ? count : (unsigned)(m->size - from);
        memmove(file + at, file + from, count < room ? count : room);
        break;
    case 5:
    case 6:
        put(file + at, room, special[count / 4 % (sizeof special / sizeof *special)],
            (size_t)1 << count % 4);
        break;
    default:
        file[at] ^= (unsigned char)(1u << count % 8);
    }
}

unsigned char *fuzz_image(enum fuzz_kind kind, fuzz_input *in, size_t *size)
{
    static image images[FUZZ_KINDS][FUZZ_IMAGES];
    static size_t count[FUZZ_KINDS];
    const unsigned which = fuzz_byte(in), how = fuzz_byte(in);
    const image *m;
    unsigned char *file;
    size_t cut;

    while (count[kind] < FUZZ_IMAGES) {
        image *one = &images[kind][count[kind]];

        one->at = fuzz_make_image(kind, count[kind], &one->size);
        if (!one->at)
            break;
        find_blocks(one);
        count[kind]++;
    }
    m = &images[kind][which % count[kind]];
    file = malloc(m->size);
    if (!file)
        abort();
    memcpy(file, m->at, m->size);
    cut = how & 4 ? fuzz_number(in) % m->size : 0;
    while (in->size > 0)
        edit(m, file, in);
    *size = m->size - cut;
    if (!(how & 1))
        make_right(m, file, *size);
    if (!(how & 2))
        stamp(file, *size);
    return file;
}
