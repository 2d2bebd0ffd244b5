/* surroundings.c -- folders for results, and what this program runs on. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/place.h"
#include "framework/base/threads.h"
#include "framework/kernels/variant.h"
#include "framework/report/report.h"
#include "framework/session/session.h"
#include "framework/store/store.h"
#include "framework/system/sys.h"

#include <longhand/report.h>
#include <longhand/version.h>

#include <errno.h>
#include <float.h>
#include <string.h>

const char *lh_path(lh_ctx *c, const char *folder, const char *name)
{
    const char *path;

    if (!c || !name)
        return name;
    folder = folder ? folder : "";
    path = lhi_strf(c, "%s%s%s", folder,
                    folder[0] && folder[strlen(folder) - 1] != '/' ? "/" : "", name);
    return path ? path : name;
}

static void make_folder(lh_ctx *c, const char *path)
{
    char *part = lhi_strdup(c, path);
    int made = 0;

    for (char *at = part; part && at;) {
        at = strchr(at + 1, '/');
        if (at)
            *at = 0;
        made = lhi_sys_mkdir(part);
        if (at)
            *at = '/';
    }
    /* Only the last one counts: a parent that is there already cannot be made. */
    if (part && made < 0 && made != -EEXIST)
        lhi_fail(c, LH_EIO, "name another place: --out=FOLDER",
                 "the folder %s cannot be made: %s", path, strerror(-made));
    else if (part && (made = lhi_sys_is_folder(path)) != 1)
        lhi_fail(c, LH_EIO, "name another place: --out=FOLDER", "%s %s", path,
                 made == 0 ? "exists and is no folder" : strerror(-made));
    lhi_release(c, part);
    lhi_place_try_folder(c, path);
}

lh_status lh_folder(lh_ctx *c, const char *path)
{
    if (!lhi_ok(c) || c->set.dry_run)
        return lhi_ok(c) ? LH_OK : lh_error(c);
    if (path && path[0] && !c->silent)
        make_folder(c, path);
    else if (!path || !path[0])
        lhi_fail(c, LH_EUSAGE, NULL, "a folder needs a name");
    return lhi_call_ends_if_trained(c);
}

size_t lhi_provenance(lh_ctx *c, const char ***lines)
{
    const char *rule;
    char host[256], version[LHI_STORE_VERSION_ROOM];
    const int threads = lhi_threads(c, &rule);
    size_t n = 0;

    lhi_sys_host(host, sizeof host);
    lhi_store_version(version);
    *lines = lhi_alloc_array(c, 8, sizeof **lines);
    if (!*lines)
        return 0;
    (*lines)[n++] = lhi_strf(c, "longhand=%s", LH_VERSION);
    (*lines)[n++] = lhi_strf(c, "compiler=%s, %s, %s", LHI_COMPILER, __VERSION__, LHI_CFLAGS);
    (*lines)[n++] = lhi_strf(c, "instructions=%s",
                             lhi_variant_isa(lhi_variant_pick(LH_F32, c->set.isa)));
    (*lines)[n++] = lhi_strf(c, "threads=%d, from %s", threads, rule);
    (*lines)[n++] = lhi_strf(c, "hdf5=%s", version);
    (*lines)[n++] = lhi_strf(c, "host=%s", host);
    (*lines)[n++] = lhi_strf(c, "time=%lld", (long long)lhi_sys_time());
    return lhi_ok(c) ? n : 0;
}

void lh_info(lh_ctx *c, FILE *out)
{
    const char *rule, *found;
    int variant, threads;
    char gnuplot[300], version[LHI_STORE_VERSION_ROOM];

    if (!lhi_ok(c) || !out)
        return;
    variant = lhi_variant_pick(LH_F32, c->set.isa);
    threads = lhi_threads(c, &rule);
    found = lhi_gnuplot_version(gnuplot, sizeof gnuplot);
    fprintf(out, "Longhand       %s\n", LH_VERSION);
    fprintf(out, "compiler       %s (%s), %s\n", LHI_COMPILER, __VERSION__, LHI_CFLAGS);
    fprintf(out, "instructions   %s%s\n",
            variant < 0 ? "not on this CPU" : lhi_variant_isa(variant),
            lhi_cpu_has_fma() ? "" : " (no fused multiply-add: slow)");
    fprintf(out, "threads        %d, from %s\n", threads, rule);
    fprintf(out, "wide type      long double, %d bits of precision%s\n", LDBL_MANT_DIG,
            LDBL_MANT_DIG == DBL_MANT_DIG ? ": no wider than double here" : "");
    lhi_store_version(version);
    fprintf(out, "HDF5           %s\n", version);
    fprintf(out, "gnuplot        %s\n",
            found ? found : "not found: figures are kept as scripts (apt install gnuplot-nox)");
}
