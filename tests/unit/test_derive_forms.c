/* test_derive_forms.c -- derivations as files: safe in every form, refused with a reason. */
/* SPDX-License-Identifier: MIT */
#include "framework/system/fault.h"
#include "tests/unit/derive_help.h"

/* Tags close in the order they open, and every & begins an entity. */
static int well_formed(const char *text)
{
    char open[64][24];
    size_t depth = 0;

    for (; *text; text++) {
        char name[24];

        if (*text == '&' && (strcspn(text, "; <&\n") > 9 || text[strcspn(text, "; <\n")] != ';'))
            return 0;
        if (*text != '<' || text[1] == '!')
            continue;
        if (sscanf(text + 1 + (text[1] == '/'), "%23[a-zA-Z0-9]", name) != 1)
            return 0;
        if (text[1] == '/') {
            if (depth == 0 || strcmp(open[--depth], name) != 0)
                return 0;
        } else if (text[strcspn(text, ">") - 1] != '/') {
            if (depth == 64)
                return 0;
            memcpy(open[depth++], name, sizeof name);
        }
    }
    return depth == 0;
}

static void hostile_names(void)
{
    static const char *const files[] = {"names.html", "names.svg", "names.dot", "names.tex",
                                        "names.txt"};
    net n = open_tape();
    lh_var W = lh_param(n.t, "W_<&>{}$#^~\\|\"`", lh_cols(n.d), 3, LH_HE);
    lh_var v = lh_param(n.t, "v'", 3, 1, LH_HE);

    lh_var Z = lh_label(lh_matmul(n.X, W), "\xce\xb6\xef\xbf\xbd\x41", __FILE__, __LINE__);
    lh_var A = lh_label(lh_relu(Z), "a_name_as_long_as_names_may_be_it_is_61_characters_altogether",
                        __FILE__, __LINE__);
    n.L = lh_label(lh_bce_logits(lh_matmul(A, v), n.y), "L_1''", __FILE__, __LINE__);
    for (size_t i = 0; i < 5; i++) {
        char *text = derived(&n, files[i]);

        CHECK(lh_error(n.c) == LH_OK && strlen(text) > 400, "%s: %s", files[i], lh_message(n.c));
        if (i < 2)
            CHECK(well_formed(text) && strstr(text, "&#60;&#38;&#62;"), "%s", files[i]);
        if (i == 2)
            CHECK(strstr(text, "\\\\|\\\"`"), "%s", text);
        if (i == 3)
            CHECK(strstr(text, "W\\_\\textless{}\\&\\textgreater{}\\{\\}\\$\\#") &&
                      strstr(text, "U+03B6U+FFFDA") && strstr(text, "v'"),
                  "%s", text);
        free(text);
    }
    lh_close(n.c);
}

static void forms_of_the_page(void)
{
    net n = page(1);
    char *html = derived(&n, "page.html"), *tex = derived(&n, "page.tex"),
         *svg = derived(&n, "page.svg"), *dot = derived(&n, "page.dot");
    size_t boxes = 0, edges = 0;

    CHECK(lh_error(n.c) == LH_OK, "%s", lh_message(n.c));
    CHECK(well_formed(html) && well_formed(svg), "tags");
    CHECK(!strstr(html, "<script") && !strstr(html, "src=") && !strstr(html, "href="), "offline");
    CHECK(strstr(tex, "W_{2}^{\\top}") && strstr(tex, "\\hat{y}"), "LaTeX");
    for (const char *at = svg; (at = strstr(at, "<rect ")); at++)
        boxes++;
    for (const char *at = dot; (at = strstr(at, " -> ")); at++)
        edges++;
    CHECK(boxes == 18 && edges == 17, "%zu boxes, %zu edges", boxes, edges);
    CHECK(strstr(svg, "mean") && strstr(dot, "[30 x 16]"), "values and shapes");
    free(html), free(tex), free(svg), free(dot);
    lh_close(n.c);
}

static void refused(lh_status wanted, const char *said, const char *format, const char *path,
                    size_t rows, int inner)
{
    net n = page(1);
    const lh_var v = inner ? lh_named(n.t, "A1") : n.L;
    char *kept;

    check_write(check_path("kept.txt"), "old", -1);
    CHECK(lh_derive(v, n.d, rows, format, path) == wanted && strstr(lh_message(n.c), said),
          "%s: %s", said, lh_message(n.c));
    kept = check_read(check_path("kept.txt"), NULL);
    CHECK(strcmp(kept, "old") == 0, "%s", kept);
    free(kept);
    lh_close(n.c);
}

static void mistakes(void)
{
    refused(LH_EUSAGE, "did you mean html", "htm", check_path("kept.txt"), 8, 0);
    refused(LH_EUSAGE, "does not say what to write", NULL, check_path("kept.pdf"), 8, 0);
    refused(LH_EUSAGE, "there are no rows", "text", check_path("kept.txt"), 0, 0);
    refused(LH_ESHAPE, "no scalar", "text", check_path("kept.txt"), 8, 1);
    refused(LH_EIO, "could not be written", "text", check_path("no/such/folder.txt"), 8, 0);
    CHECK(lh_derive((lh_var){0}, NULL, 0, NULL, NULL) == LH_EUSAGE, "no variable");
}

/* Every allocation of a derivation fails once. */
static void no_memory(const char *file)
{
    long failed = 0, struck = 1;

    for (long nth = 1; struck && nth < 20000; nth += nth < 400 ? 1 : 37) {
        net n = page(nth % 2 == 0);

        lhi_fault_arm(LHI_FAULT_ALLOC, nth, 1, 12);
        lh_derive(n.L, n.d, 8, NULL, check_path(file));
        struck = lhi_fault_struck(LHI_FAULT_ALLOC);
        lhi_fault_arm(LHI_FAULT_ALLOC, 0, 0, 0);
        CHECK(lh_error(n.c) == (struck ? LH_ENOMEM : LH_OK), "%ld: %s", nth, lh_message(n.c));
        failed += struck;
        lh_close(n.c);
    }
    CHECK(failed > 50 && !struck, "%ld failed", failed);
}

static void out_of_memory(void)
{
    no_memory("memory.txt");
    no_memory("memory.html");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"names of any characters are made safe in every form", hostile_names},
        {"HTML and SVG are well-formed and need nothing else", forms_of_the_page},
        {"mistakes have their own messages, and the old file stays", mistakes},
        {"every allocation may fail", out_of_memory},
        {0}};

    return check_main(argc, argv, "derive_forms", tests);
}
