/* test_arrays_hostile.c -- damaged files of arrays, and files made to do harm. */
/* SPDX-License-Identifier: MIT */
#include "framework/system/fault.h"
#include "tests/unit/arrays_help.h"

#include <errno.h>

#ifdef LHI_ZLIB
#include <zlib.h>
enum { INFLATES = 1 };
#else
enum { INFLATES = 0 };
#endif

static const char plain[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}\n";
static const double two[2] = {1, -2.5};

/* One member of a zip file made by hand; a NULL or 0 stands for what is right. */
typedef struct member {
    const char *name, *local_name;
    const bytes *stored;    /* NULL: npy_of_two() */
    int method;
    uint64_t size, crc_off; /* size when it is decompressed; what the checksum is off by */
    uint64_t offset;        /* instead of the true one */
    int flags, wide;        /* wide: sizes in a list of extra fields */
} member;

static uint32_t crc_of(const unsigned char *at, size_t size)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < size; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}

static const bytes *npy_of_two(void)
{
    static bytes b;

    if (b.size == 0)
        put_npy(&b, 1, plain, two, sizeof two);
    return &b;
}

/* What the local and the central record have in common; as zip says, 32 ones are "see there". */
static void put_fields(bytes *b, const member *m, const char *name, size_t extra)
{
    const bytes *stored = m->stored ? m->stored : npy_of_two();
    const bytes *whole = m->method == 0 ? stored : npy_of_two();
    const uint64_t size = m->size ? m->size : whole->size;

    put_number(b, 2, (uint64_t)m->flags);
    put_number(b, 2, (uint64_t)m->method);
    put_number(b, 4, 0);
    put_number(b, 4, crc_of(whole->at, whole->size) + m->crc_off);
    put_number(b, 4, m->wide ? 0xffffffff : stored->size);
    put_number(b, 4, m->wide ? 0xffffffff : size);
    put_number(b, 2, strlen(name));
    put_number(b, 2, extra);
}

static void put_wide(bytes *b, const member *m)
{
    const bytes *stored = m->stored ? m->stored : npy_of_two();

    if (!m->wide)
        return;
    put_number(b, 2, 0x7777); /* another program's field in front */
    put_number(b, 2, 1);
    put_number(b, 1, 9);
    put_number(b, 2, 1);
    put_number(b, 2, 16);
    put_number(b, 8, m->size ? m->size : npy_of_two()->size);
    put_number(b, 8, stored->size);
}

static void put_zip(bytes *b, const member *list, size_t count)
{
    uint64_t offsets[8], directory;

    for (size_t i = 0; i < count; i++) {
        const member *m = &list[i];
        const char *name = m->local_name ? m->local_name : m->name;
        const bytes *stored = m->stored ? m->stored : npy_of_two();

        offsets[i] = m->offset ? m->offset : b->size;
        put_number(b, 4, 0x04034b50);
        put_number(b, 2, 45);
        put_fields(b, m, name, 0);
        put(b, name, strlen(name));
        put(b, stored->at, stored->size);
    }
    directory = b->size;
    for (size_t i = 0; i < count; i++) {
        put_number(b, 4, 0x02014b50);
        put_number(b, 4, 45 | 45 << 16);
        put_fields(b, &list[i], list[i].name, list[i].wide ? 25 : 0);
        put_number(b, 6, 0);
        put_number(b, 4, 0);
        put_number(b, 4, offsets[i]);
        put(b, list[i].name, strlen(list[i].name));
        put_wide(b, &list[i]);
    }
    put_number(b, 4, 0x06054b50);
    put_number(b, 4, 0);
    put_number(b, 2, count);
    put_number(b, 2, count);
    put_number(b, 4, b->size - 12 - directory);
    put_number(b, 4, directory);
    put_number(b, 2, 0);
}

static const char *zip_file(const member *list, size_t count)
{
    bytes b = {.size = 0};

    put_zip(&b, list, count);
    return file_of(&b, "a.npz");
}

/* Deflate without compression: a block says how long it is, and how long not. */
static const bytes *deflated(size_t size)
{
    static bytes b;

    b.size = 0;
    put_number(&b, 1, 1);
    put_number(&b, 2, size);
    put_number(&b, 2, ~size);
    put(&b, npy_of_two()->at, size);
    return &b;
}

static void zip_by_hand(void)
{
    const bytes text = {"no array", 8};
    const size_t size = npy_of_two()->size;
    const member good[] = {{.name = "W1.npy"}, {.name = "folder/"}, {.name = "a/b1.npy", .wide = 1},
                           {.name = "bare"}, {.name = "x.txt", .stored = &text}};
    const member twice[] = {{.name = "W1.npy"}, {.name = "W1"}};
    const member packed = {.name = "W1.npy", .method = 8, .stored = deflated(size)};
    reading r;

    begin(&r, zip_file(good, 5));
    CHECK(r.count == 3 && find(&r, "W1") && find(&r, "a/b1") && find(&r, "bare"), "%s",
          lh_message(r.c));
    CHECK(r.count == 3 && r.list[2].vector && memcmp(r.list[2].at, two, sizeof two) == 0, "bare");
    CHECK(strstr(r.warning, "left out: x.txt (not a .npy file)"), "%s", r.warning);
    end(&r);
    refused(zip_file(twice, 2), "two arrays have the name W1: W1.npy and W1");
    if (!INFLATES) {
        refused(zip_file(&packed, 1), "W1.npy is compressed, and this Longhand");
        return;
    }
    begin(&r, zip_file(&packed, 1));
    CHECK(r.count == 1 && memcmp(r.list->at, two, sizeof two) == 0, "%s", lh_message(r.c));
    end(&r);
}

typedef struct bad_zip {
    member m;
    const char *words;
    int inflates; /* 1: says so only with zlib */
} bad_zip;

static void zips_refused(void)
{
    const size_t size = npy_of_two()->size;
    const bytes *packed = deflated(size);
    const bad_zip bad[] = {
        {{.name = "a.npy", .crc_off = 1}, "checksum", 0},
        {{.name = "a.npy", .size = 3}, "is not where", 0},
        {{.name = "a.npy", .offset = 5}, "is not where", 0},
        {{.name = "a.npy", .offset = 0xfffffff0}, "is not where", 0},
        {{.name = "a.npy", .local_name = "b.npy"}, "is not where", 0},
        {{.name = "a.npy", .flags = 1}, "encrypted", 0},
        {{.name = "a.npy", .method = 12}, "encrypted, or compressed in a way", 0},
        {{.name = "a.npy", .method = 8, .stored = packed, .size = 1u << 31}, "far more bytes", 0},
        {{.name = "a.npy", .method = 8, .stored = packed, .size = UINT64_MAX, .wide = 1},
         "far more bytes", 0},
        {{.name = "a.npy", .method = 8, .stored = packed, .size = size + 1}, "decompressed", 1},
        {{.name = "a.npy", .method = 8, .stored = packed, .size = size - 1}, "decompressed", 1},
        {{.name = "a.npy", .method = 8, .stored = packed, .size = 1}, "decompressed", 1},
        {{.name = "a.npy", .method = 8, .stored = packed, .crc_off = 7}, "checksum", 1},
        {{.name = "a.npy", .method = 8}, "decompressed", 1},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refused(zip_file(&bad[i].m, 1),
                bad[i].inflates && !INFLATES ? "without zlib" : bad[i].words);
}

/* Zeros are nearly nothing when they are compressed: what members become together has a limit. */
static void zeros_have_a_limit(void)
{
#ifdef LHI_ZLIB
    static unsigned char zeros[20 << 20], small[1 << 15];
    const uint64_t sum = crc32(0, zeros, sizeof zeros), other = crc_of(npy_of_two()->at,
                                                                       npy_of_two()->size);
    bytes b = {.size = 0};
    z_stream z = {.next_in = zeros, .avail_in = sizeof zeros, .next_out = small,
                  .avail_out = sizeof small};
    member many[4];

    CHECK(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END, "%u bytes of room are left", z.avail_out);
    put(&b, small, sizeof small - z.avail_out);
    deflateEnd(&z);
    for (int i = 0; i < 4; i++)
        many[i] = (member){.name = "x", .method = 8, .stored = &b, .size = sizeof zeros,
                           .crc_off = sum - other};
    refused(zip_file(many, 3), "left out: x (not a .npy file), x (");
    refused(zip_file(many, 4), "x claims to become far more bytes");
#endif
}

static void directory_in_excess(void)
{
    const member two_of_them[] = {{.name = "W1.npy"}, {.name = "b1.npy"}};
    bytes b = {.size = 0};

    put_zip(&b, two_of_them, 2);
    b.at[b.size - 12] = b.at[b.size - 14] = 1;
    refused(file_of(&b, "a.npz"), "more in it than it says");
    b.at[b.size - 12] = b.at[b.size - 14] = 3;
    refused(file_of(&b, "a.npz"), "not where it should be");
}

/* Every file that begins like this one, and every one with a byte that is another. */
static void damage(const char *name, const char *damaged_name, int sums, long least)
{
    static const unsigned char masks[] = {0x01, 0x04, 0x10, 0x80, 0xff};
    const long before = check_count();
    const char *path = check_path(damaged_name);
    size_t size;
    char *text = check_read(check_path(name), &size);
    size_t unseen = 0;

    for (size_t cut = 0; cut < size; cut++) {
        reading r;

        check_write(path, text, (long)cut);
        begin(&r, path);
        CHECK(r.status == LH_EFORMAT, "%s cut to %zu bytes: status %d", name, cut, (int)r.status);
        end(&r);
    }
    for (size_t i = 0; i < size; i++)
        for (size_t k = 0; k < sizeof masks; k++) {
            reading r;

            text[i] = (char)(text[i] ^ masks[k]);
            check_write(path, text, (long)size);
            text[i] = (char)(text[i] ^ masks[k]);
            begin(&r, path);
            CHECK(r.status == LH_OK || r.status == LH_EFORMAT, "%s, byte %zu: %d", name, i,
                  (int)r.status);
            if (sums && r.status == LH_OK) {
                unseen++;
                CHECK(r.count == 1 && memcmp(r.list->at, two, sizeof two) == 0 &&
                      strcmp(r.list->name, "W1") == 0, "%s, byte %zu: other values", name, i);
            }
            end(&r);
        }
    CHECK(unseen < 2 * size, "%zu of %zu changes of %s go unseen", unseen, 5 * size, name);
    CHECK(check_count() - before >= least, "%ld checks", check_count() - before);
    free(text);
}

static void damage_is_seen(void)
{
    const lhi_named n = {"W1", 1, 2, 1, 64, (double *)(uintptr_t)two};
    const bytes *packed = deflated(npy_of_two()->size);
    const member m = {.name = "W1.npy", .method = 8, .stored = packed};
    lh_ctx *c = lh_open(0, NULL, "test");
    bytes zip = {.size = 0};

    CHECK(lhi_arrays_write(c, check_path("good.npz"), &n, 1) == LH_OK, "%s", lh_message(c));
    CHECK(lhi_arrays_write(c, check_path("good.safetensors"), &n, 1) == LH_OK, "%s", lh_message(c));
    lh_close(c);
    file_of(npy_of_two(), "good.npy");
    put_zip(&zip, &m, 1);
    file_of(&zip, "packed.npz");
    damage("good.npz", "bad.npz", 1, 3000);
    damage("packed.npz", "bad.npz", INFLATES, 2000);
    damage("good.safetensors", "bad.safetensors", 0, 900);
    damage("good.npy", "bad.npy", 0, 900);
}

/* Reading or writing with the nth allocation refused, until there is none to refuse. */
static void without_memory(const char *from, const char *to)
{
    for (long n = 1;; n++) {
        lh_ctx *c = lh_open(0, NULL, "test");
        const size_t before = c->block_count;
        char none[2000];
        lhi_named *list;
        size_t count;
        lh_status status;

        lh_on_message(c, hear, none);
        lhi_fault_arm(LHI_FAULT_ALLOC, n, 1, ENOMEM);
        status = lhi_arrays_read(c, from, &list, &count);
        if (status == LH_OK)
            status = lhi_arrays_write(c, to, list, count);
        if (lhi_fault_struck(LHI_FAULT_ALLOC) == 0) {
            CHECK(status == LH_OK && n > 8, "%ld allocations, status %d", n, (int)status);
            lhi_fault_arm(LHI_FAULT_ALLOC, 0, 0, 0);
            lh_close(c);
            return;
        }
        CHECK(status == LH_ENOMEM, "%s, allocation %ld: status %d", from, n, (int)status);
        CHECK(c->block_count == before + (list ? count + 1 : 0), "%s, allocation %ld is kept", from,
              n);
        lh_close(c);
    }
}

static void memory_runs_out(void)
{
    const bytes text = {"no array", 8};
    const member list[] = {{.name = "W1.npy"}, {.name = "b1.npy"}, {.name = "x", .stored = &text}};
    const char *path = zip_file(list, 3);

    without_memory(path, check_path("b.safetensors"));
    without_memory(check_path("b.safetensors"), check_path("b.h5"));
    without_memory(check_path("b.h5"), check_path("b.npz"));
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"zip files by hand: names, wide sizes, folders, compressed members", zip_by_hand},
        {"zip files that contradict themselves are refused", zips_refused},
        {"what members become together has a limit", zeros_have_a_limit},
        {"a directory with more or fewer entries than it says is refused", directory_in_excess},
        {"no cut and no changed byte does harm, and a checksum notices", damage_is_seen},
        {"memory that runs out leaves nothing behind", memory_runs_out},
        {NULL, NULL},
    };

    return check_main(argc, argv, "arrays_hostile", tests);
}
