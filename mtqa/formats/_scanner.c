/* The way from the bytes of a file to its segments, compiled. mtqa/formats/scan.py does the same in Python.
 *
 * Three steps. *Scanning*: the expat that Python ships says what the tokens are and whether they are well-formed; of
 * them only the borders of units are kept. *Cutting*: the texts of a unit, and attributes of which nothing depends,
 * are cut out; what is left is its shape. *Building*: where mtqa/formats/shapes.py has a plan for a shape, objects are
 * made of the plan and of what was cut out.
 *
 * Nothing is judged here. Whatever is not the plain case, every error among it, is left to Python: feed() returns
 * False, or the bytes of a unit are handed out. Offsets into the buffer are checked where they are used, although
 * expat has found the bytes well-formed.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Of expat.h and pyexpat.h, which not every Python brings: what is used here. */
typedef struct XML_ParserStruct *XML_Parser;
typedef void (*Handler)(void *data, const char *s, int length);
typedef struct {
    const char *magic;
    int size, major, minor, micro;
    const char *(*ErrorString)(int code);
    int (*GetErrorCode)(XML_Parser parser);
    unsigned long (*GetErrorColumnNumber)(XML_Parser parser);
    unsigned long (*GetErrorLineNumber)(XML_Parser parser); /* of the token at hand, when there is no error */
    int (*Parse)(XML_Parser parser, const char *s, int length, int final);
    XML_Parser (*ParserCreate_MM)(const char *encoding, const void *memory, const char *separator);
    void (*ParserFree)(XML_Parser parser);
    void (*SetCharacterDataHandler)(XML_Parser parser, void *handler);
    void (*SetCommentHandler)(XML_Parser parser, void *handler);
    void (*SetDefaultHandlerExpand)(XML_Parser parser, Handler handler);
    void (*SetElementHandler)(XML_Parser parser, void *start, void *end);
    void (*SetNamespaceDeclHandler)(XML_Parser parser, void *start, void *end);
    void (*SetProcessingInstructionHandler)(XML_Parser parser, void *handler);
    void (*SetUnknownEncodingHandler)(XML_Parser parser, void *handler, void *data);
    void (*SetUserData)(XML_Parser parser, void *data);
} Expat;

static const Expat *expat;

#define HOLES 96         /* of one unit; a unit with more has no shape */
#define DEPTH 64         /* inside a unit that has a shape */
#define KEY (1 << 16)    /* bytes of a shape */
#define NAMES 64         /* names of one kind */
#define TEXT '\x01'      /* in a shape: a text was cut out; which of them are equal follows */
#define ATTRIBUTE '\x02' /* in a shape: the value of an attribute was cut out */
#define REFERENCE '\x03' /* in a shape: the number of a code was cut out; which of them are equal follows */

/* What is said of a name. */
#define CLEAR 1  /* texts directly in it may be cut out */
#define INLINE 2 /* begins a text: attributes below it are never cut out */
#define FREE 4   /* an attribute of which nothing depends */
#define OWN 8    /* the same, on the unit itself */
#define CODE 16  /* an inline code */
#define REFERS 32 /* an attribute of codes by which they are told apart, if it is a number */
#define DIGITS 18

/* What a plan is made of. */
enum { CONSTANT, DECODED, RAW, JOINED, NUMBER, TUPLE, OBJECT };

typedef struct {
    const char *start;
    Py_ssize_t length;
    int flags;
} Name;

typedef struct {
    Py_ssize_t start, end; /* in the buffer of the unit */
    char kind;             /* TEXT, ATTRIBUTE, REFERENCE */
    int class;             /* the first hole of the kind with the same bytes; of attributes, the hole itself */
} Hole;

typedef struct {
    Py_ssize_t start, end, line;
    PyObject *around;
} Slice;

typedef struct {
    PyObject_HEAD
    XML_Parser parser;
    /* As constructed. */
    PyObject *surround, *leave, *label, *names_object;
    Name names[NAMES];
    int named, write;
    Py_ssize_t max_depth, max_unit, max_elements, chunk;
    /* The bytes from `base` on that may still be needed. */
    char *bytes;
    Py_ssize_t base, have, room;
    /* Where the parser is. `offset`: of the next token. */
    Py_ssize_t offset, fed, depth, elements, unit_start, unit_line, unit_depth;
    int started, cdata, strange, failed, busy;
    PyObject *around;
    const char *unit_name;
    Py_ssize_t unit_length;
    /* Units of the last chunk. */
    Slice *slices;
    Py_ssize_t count, space, next;
    /* Of the unit at hand. */
    const char *unit;
    Py_ssize_t unit_bytes;
    char key[KEY];
    Py_ssize_t key_length;
    Hole holes[HOLES];
    int cut;
    /* Of the pass. */
    Py_ssize_t number, remembered, handed;
    int check_ids;
    char *scratch;
    Py_ssize_t scratch_room;
} Scanner;

static int is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int starts(const char *s, Py_ssize_t length, const char *with)
{
    Py_ssize_t size = (Py_ssize_t)strlen(with);
    return length >= size && memcmp(s, with, size) == 0;
}

/* The first `what` in the bytes, NULL if there is none. */
static const char *find(const char *s, const char *end, const char *what)
{
    Py_ssize_t size = (Py_ssize_t)strlen(what);
    while (end - s >= size) {
        const char *at = memchr(s, what[0], end - s - size + 1);
        if (!at || memcmp(at, what, size) == 0)
            return at;
        s = at + 1;
    }
    return NULL;
}

/* ---------------------------------------------------------------- scanning */

/* Where the name of a tag ends, which begins at s. */
static const char *name_end(const char *s, const char *end)
{
    while (s < end && !is_space(*s) && *s != '>' && *s != '/')
        s++;
    return s;
}

static const char *local_name(const char *s, const char *end)
{
    for (const char *at = end; at > s; at--)
        if (at[-1] == ':')
            return at;
    return s;
}

/* Whether each reference in a tag is one to a character: expat drops others from attributes without a word. */
static int plain_references(const char *s, const char *end)
{
    while ((s = memchr(s, '&', end - s)) != NULL) {
        s++;
        if (!(s < end && *s == '#') && !starts(s, end - s, "amp;") && !starts(s, end - s, "lt;") &&
            !starts(s, end - s, "gt;") && !starts(s, end - s, "quot;") && !starts(s, end - s, "apos;"))
            return 0;
    }
    return 1;
}

/* Take over what Python says of the surroundings: (names of units, shapes, ids, ...). Steals the reference. */
static int surrounded(Scanner *s, PyObject *around)
{
    Py_ssize_t length;
    char *name;
    if (!around || !PyTuple_Check(around) || PyTuple_Size(around) < 3 ||
        !PyDict_Check(PyTuple_GetItem(around, 1)) ||
        PyBytes_AsStringAndSize(PyTuple_GetItem(around, 0), &name, &length) < 0) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "surroundings must be a tuple of bytes, a dict and more");
        Py_XDECREF(around);
        s->failed = 1;
        return -1;
    }
    Py_XDECREF(s->around);
    s->around = around;
    s->unit_name = name;
    s->unit_length = length;
    return 0;
}

static void enter(Scanner *s)
{
    s->unit_start = s->offset;
    s->unit_line = (Py_ssize_t)expat->GetErrorLineNumber(s->parser);
    s->unit_depth = s->depth;
    s->elements = 0;
}

/* A start tag outside units. */
static void outside(Scanner *s, const char *tag, Py_ssize_t length)
{
    const char *end = tag + length, *after = name_end(tag + 1, end);
    Py_ssize_t size = after - tag - 1;
    if (s->around && size == s->unit_length && memcmp(tag + 1, s->unit_name, size) == 0 && !find(tag, end, "xmlns")) {
        enter(s);
        return;
    }
    PyObject *around = PyObject_CallFunction(s->surround, "y#nn", tag, length, s->offset,
                                             (Py_ssize_t)expat->GetErrorLineNumber(s->parser));
    if (around == Py_None && s->around) { /* it is a unit all the same */
        Py_DECREF(around);
        enter(s);
        return;
    }
    surrounded(s, around);
}

static void leave(Scanner *s, Py_ssize_t end)
{
    if (s->unit_start >= 0) {
        if (s->depth != s->unit_depth)
            return;
        if (s->count == s->space) {
            Py_ssize_t space = s->space ? 2 * s->space : 64;
            Slice *slices = realloc(s->slices, space * sizeof(Slice));
            if (!slices) {
                PyErr_NoMemory();
                s->failed = 1;
                return;
            }
            s->slices = slices;
            s->space = space;
        }
        Py_INCREF(s->around);
        s->slices[s->count++] = (Slice){s->unit_start, end, s->unit_line, s->around};
        s->unit_start = -1;
        return;
    }
    surrounded(s, PyObject_CallFunction(s->leave, NULL));
}

static void start_tag(Scanner *s, const char *tag, Py_ssize_t length)
{
    if (!plain_references(tag, tag + length) || s->depth >= s->max_depth) {
        s->strange = 1;
        return;
    }
    s->started = 1;
    s->depth++;
    if (s->unit_start < 0)
        outside(s, tag, length);
    else if (++s->elements > s->max_elements)
        s->strange = 1;
    if (s->failed || length < 3 || tag[length - 2] != '/')
        return;
    leave(s, s->offset + length);
    s->depth--;
}

/* Expat tells of every token here, in full but for texts, and in order: so the lengths add up to the offset. */
static void token(void *data, const char *text, int size)
{
    Scanner *s = data;
    Py_ssize_t length = size, at = s->offset - s->base;
    if (s->strange || s->failed)
        return;
    if (!s->started && s->offset == 0 && starts(s->bytes, s->have, "\xef\xbb\xbf"))
        at = s->offset = 3; /* the byte order mark is no token */
    if (length <= 0 || at < 0 || length > s->have - at || s->bytes[at] != text[0]) {
        s->strange = 1;
        return;
    }
    char first = text[0], second = length > 1 ? text[1] : ' ';
    if (s->cdata)
        s->cdata = !(length == 3 && memcmp(text, "]]>", 3) == 0);
    else if (!s->started && (first == '[' || (first == '&') || (starts(text, length, "<?xml") && is_space(text[5]) &&
                                                                !find(text, text + length, "version=\"1.0\"") &&
                                                                !find(text, text + length, "version='1.0'"))))
        s->strange = 1; /* an internal subset, or another version */
    else if (first == '&')
        s->strange = !plain_references(text, text + length);
    else if (first == '<' && memcmp(s->bytes + at, text, length) != 0)
        s->strange = 1;
    else if (first == '<' && second == '/') {
        leave(s, s->offset + length);
        s->depth--;
    } else if (first == '<' && second == '!')
        s->cdata = s->started && starts(text, length, "<![CDATA[");
    else if (first == '<' && second != '?')
        start_tag(s, text, length);
    s->offset += length;
}

static void forget(Scanner *s)
{
    s->next = 0;
    while (s->count > 0) {
        PyObject *around = s->slices[--s->count].around;
        Py_DECREF(around);
    }
}

/* Append a chunk to what is still needed. */
static int append(Scanner *s, const char *chunk, Py_ssize_t length)
{
    Py_ssize_t keep = (s->unit_start >= 0 ? s->unit_start : s->offset) - s->base;
    if (keep > 0 && keep <= s->have) {
        memmove(s->bytes, s->bytes + keep, s->have - keep);
        s->base += keep;
        s->have -= keep;
    }
    if (length > PY_SSIZE_T_MAX / 4 - s->have) {
        PyErr_NoMemory();
        return -1;
    }
    if (s->have + length > s->room) {
        Py_ssize_t room = 2 * (s->have + length);
        char *bytes = realloc(s->bytes, room);
        if (!bytes) {
            PyErr_NoMemory();
            return -1;
        }
        s->bytes = bytes;
        s->room = room;
    }
    memcpy(s->bytes + s->have, chunk, length);
    s->have += length;
    s->fed += length;
    return 0;
}

static PyObject *feed(PyObject *self, PyObject *args)
{
    Scanner *s = (Scanner *)self;
    Py_buffer chunk;
    int final = 0, well;
    if (!PyArg_ParseTuple(args, "y*|p", &chunk, &final))
        return NULL;
    if (s->busy || s->next < s->count || chunk.len > 1 << 30) {
        PyErr_SetString(PyExc_RuntimeError, "feed() while there are units left, or too much of it");
        PyBuffer_Release(&chunk);
        return NULL;
    }
    forget(s);
    s->cut = 0; /* what was cut out is about to move */
    if (!s->strange && append(s, chunk.buf, chunk.len) < 0) {
        PyBuffer_Release(&chunk);
        return NULL;
    }
    s->busy = 1;
    well = s->strange || expat->Parse(s->parser, chunk.buf, (int)chunk.len, final);
    s->busy = 0;
    PyBuffer_Release(&chunk);
    if (s->failed) {
        s->failed = 0;
        s->strange = 1;
        forget(s);
        return NULL;
    }
    if (!well || s->fed - s->offset > s->max_unit + s->chunk ||
        (s->unit_start >= 0 && s->fed - s->unit_start > s->max_unit))
        s->strange = 1;
    if (s->strange)
        forget(s);
    return PyBool_FromLong(!s->strange);
}

/* ----------------------------------------------------------------- cutting */

static int flags_of(const Scanner *s, const char *name, Py_ssize_t length)
{
    for (int i = 0; i < s->named; i++)
        if (s->names[i].length == length && s->names[i].start[0] == name[0] &&
            memcmp(s->names[i].start, name, length) == 0)
            return s->names[i].flags;
    return 0;
}

static int keep(Scanner *s, const char *from, const char *to)
{
    if (to - from > KEY - s->key_length)
        return 0;
    memcpy(s->key + s->key_length, from, to - from);
    s->key_length += to - from;
    return 1;
}

static int dig(Scanner *s, const char *from, const char *to, char kind)
{
    if (s->cut == HOLES || s->key_length > KEY - 2)
        return 0;
    Hole *hole = &s->holes[s->cut];
    *hole = (Hole){from - s->unit, to - s->unit, kind, s->cut};
    if (kind != ATTRIBUTE)
        for (int i = 0; i < s->cut; i++)
            if (s->holes[i].kind == kind && s->holes[i].end - s->holes[i].start == to - from &&
                memcmp(s->unit + s->holes[i].start, from, to - from) == 0) {
                hole->class = s->holes[i].class;
                break;
            }
    s->cut++;
    s->key[s->key_length++] = kind;
    s->key[s->key_length++] = (char)(1 + hole->class);
    return 1;
}

/* Whether nothing can depend on what this text says: it is not blank, and does not begin like a mark of some tool. */
static int ordinary(const char *s, const char *end)
{
    while (s < end && is_space(*s))
        s++;
    if (s == end || *s == '[' || starts(s, end - s, "mtqa"))
        return 0;
    for (; s < end; s++) {
        unsigned char c = (unsigned char)*s, next = s + 1 < end ? (unsigned char)s[1] : 0;
        if (c == '&') { /* perhaps a space */
            const char *semicolon = memchr(s, ';', end - s);
            if (!semicolon)
                return 0;
            s = semicolon;
        } else if (c < 0x80 ? c > ' ' && c != 0x7F : c > 0xC2 && c != 0xE2 && (c != 0xE1 || next != 0x9A) &&
                                                         (c != 0xE3 || next != 0x80) && c >= 0xC0)
            return 1; /* no white space begins like this */
    }
    return 0;
}

static int is_number(const char *s, const char *end)
{
    if (end - s > DIGITS)
        return 0;
    while (s < end && *s >= '0' && *s <= '9')
        s++;
    return s == end;
}

/* Whether the value of an attribute is not what it looks like. */
static int is_coded(const char *s, const char *end)
{
    while (s < end && *s != '&' && *s != '\t' && *s != '\n' && *s != '\r')
        s++;
    return s < end;
}

/* A start tag: cut out what attributes may be. Returns 0 when it is not understood. */
static int cut_tag(Scanner *s, const char *tag, const char *end, int free)
{
    const char *kept = tag, *at = name_end(tag + 1, end);
    while (free) {
        while (at < end && is_space(*at))
            at++;
        if (at >= end)
            return 0;
        if (*at == '>' || *at == '/')
            break;
        const char *name = at, *equals = memchr(at, '=', end - at);
        if (!equals)
            return 0;
        for (at = equals; at > name && is_space(at[-1]); at--)
            ;
        int known = flags_of(s, name, at - name) & free;
        for (at = equals + 1; at < end && is_space(*at); at++)
            ;
        if (at >= end || (*at != '"' && *at != '\''))
            return 0;
        const char *value = at + 1, *quote = memchr(value, *at, end - value);
        if (!quote)
            return 0;
        at = quote + 1;
        if (!known || quote == value)
            continue;
        if (known & REFERS ? !is_number(value, quote) : is_coded(value, quote))
            continue;
        if (!keep(s, kept, value) || !dig(s, value, quote, known & REFERS ? REFERENCE : ATTRIBUTE))
            return 0;
        kept = quote;
    }
    return keep(s, kept, end);
}

/* Where a tag, comment, instruction or CDATA section ends. */
static const char *markup_end(const char *s, const char *end)
{
    const char *close = starts(s, end - s, "<!--") ? "-->" : starts(s, end - s, "<![CDATA[") ? "]]>"
                        : starts(s, end - s, "<?")                                           ? "?>"
                                                                                             : NULL;
    if (close) {
        s = find(s + (close[0] == '-' ? 4 : 2), end, close);
        return s ? s + strlen(close) : NULL;
    }
    char quote = 0;
    for (; s < end; s++) {
        if (quote)
            quote = *s == quote ? 0 : quote;
        else if (*s == '"' || *s == '\'')
            quote = *s;
        else if (*s == '>')
            return s + 1;
    }
    return NULL;
}

/* Cut the unit at hand into its shape and what was cut out. Returns whether it has one. */
static int cut(Scanner *s)
{
    const char *at = s->unit, *end = s->unit + s->unit_bytes;
    unsigned char stack[DEPTH];
    int depth = 0;
    s->cut = 0;
    s->key_length = 0;
    while (at < end) {
        if (*at != '<') {
            const char *next = memchr(at, '<', end - at);
            next = next ? next : end;
            int clear = depth > 0 && stack[depth - 1] & CLEAR;
            if (clear && ordinary(at, next) ? !dig(s, at, next, TEXT) : !keep(s, at, next))
                return 0;
            at = next;
            continue;
        }
        const char *next = markup_end(at, end);
        if (!next)
            return 0;
        if (next - at < 3 || at[1] == '!' || at[1] == '?') {
            if (!keep(s, at, next))
                return 0;
        } else if (at[1] == '/') {
            if (--depth < 0 || !keep(s, at, next))
                return 0;
        } else {
            const char *after = name_end(at + 1, next), *local = local_name(at + 1, after);
            int above = depth ? stack[depth - 1] : CLEAR, flags = flags_of(s, local, after - local);
            int free = !(above & CLEAR) || flags & INLINE ? 0
                       : above & INLINE                   ? (flags & CODE ? REFERS : 0)
                       : depth                            ? FREE
                                                          : FREE | OWN;
            if (!cut_tag(s, at, next, free))
                return 0;
            if (next[-2] != '/') {
                if (depth == DEPTH)
                    return 0;
                stack[depth++] = (unsigned char)((above & flags & CLEAR) | ((above | flags) & INLINE));
            }
        }
        at = next;
    }
    return depth == 0;
}

/* ---------------------------------------------------------------- building */

/* A Unicode character as UTF-8; where it ends, NULL for a number that is none. */
static char *encode(char *to, unsigned long c)
{
    if (c < 0x80)
        *to++ = (char)c;
    else if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (char)(0xE0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x110000) {
        *to++ = (char)(0xF0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else
        return NULL;
    return to;
}

/* The character that a reference stands for; *at moves behind it. Returns 0, which is none, if it is not known. */
static unsigned long referred(const char **at, const char *end)
{
    static const struct {
        const char *name;
        char means;
    } known[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (starts(*at, end - *at, known[i].name)) {
            *at += strlen(known[i].name);
            return (unsigned long)known[i].means;
        }
    const char *s = *at + 1, *semicolon = memchr(s, ';', end - s);
    if (!semicolon || *s != '#')
        return 0;
    int hex = *++s == 'x';
    unsigned long number = 0;
    for (s += hex; s < semicolon; s++) {
        int digit = *s >= '0' && *s <= '9'          ? *s - '0'
                    : hex && *s >= 'a' && *s <= 'f' ? *s - 'a' + 10
                    : hex && *s >= 'A' && *s <= 'F' ? *s - 'A' + 10
                                                    : 99;
        if (digit > 15 || number > 0x10FFFF)
            return 0;
        number = number * (hex ? 16 : 10) + (unsigned long)digit;
    }
    *at = semicolon + 1;
    return number;
}

/* The characters of a hole. NULL without an exception: left to Python. */
static PyObject *decoded(Scanner *s, const Hole *hole)
{
    const char *at = s->unit + hole->start, *end = s->unit + hole->end;
    Py_ssize_t length = end - at;
    if (!memchr(at, '&', length) && !memchr(at, '\r', length))
        return PyUnicode_DecodeUTF8(at, length, "strict");
    if (length > s->scratch_room) { /* a reference is never shorter than what it stands for */
        char *scratch = realloc(s->scratch, length);
        if (!scratch)
            return PyErr_NoMemory();
        s->scratch = scratch;
        s->scratch_room = length;
    }
    char *to = s->scratch;
    while (at < end) {
        if (*at == '&') {
            unsigned long c = referred(&at, end);
            if (!c || !(to = encode(to, c)))
                return NULL;
        } else if (*at == '\r') {
            *to++ = '\n';
            at += 1 + (at + 1 < end && at[1] == '\n');
        } else
            *to++ = *at++;
    }
    return PyUnicode_DecodeUTF8(s->scratch, to - s->scratch, "strict");
}

static PyObject *build(Scanner *s, PyObject *part);

static const Hole *hole_of(Scanner *s, PyObject *part)
{
    Py_ssize_t which = PyTuple_Size(part) > 1 ? PyLong_AsSsize_t(PyTuple_GetItem(part, 1)) : -1;
    if (which >= 0 && which < s->cut)
        return &s->holes[which];
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "a plan refers to what was not cut out");
    return NULL;
}

static PyObject *build_string(Scanner *s, PyObject *part)
{
    PyObject *whole = PyUnicode_FromStringAndSize(NULL, 0);
    for (Py_ssize_t i = 1; whole && i < PyTuple_Size(part); i++) {
        PyObject *next = build(s, PyTuple_GetItem(part, i)), *longer = next ? PyUnicode_Concat(whole, next) : NULL;
        Py_XDECREF(next);
        Py_DECREF(whole);
        whole = longer;
    }
    return whole;
}

static PyObject *build_tuple(Scanner *s, PyObject *part)
{
    Py_ssize_t size = PyTuple_Size(part) - 1;
    PyObject *whole = PyTuple_New(size);
    for (Py_ssize_t i = 0; whole && i < size; i++) {
        PyObject *next = build(s, PyTuple_GetItem(part, i + 1));
        if (!next || PyTuple_SetItem(whole, i, next) < 0)
            Py_CLEAR(whole);
    }
    return whole;
}

/* (OBJECT, type, descriptors of its slots, what goes into each) */
static PyObject *build_object(Scanner *s, PyObject *part)
{
    PyObject *type = PyTuple_Size(part) > 2 ? PyTuple_GetItem(part, 1) : NULL;
    PyObject *slots = type ? PyTuple_GetItem(part, 2) : NULL;
    if (!slots || !PyType_Check(type) || !PyTuple_Check(slots) || PyTuple_Size(part) != 3 + PyTuple_Size(slots)) {
        PyErr_SetString(PyExc_TypeError, "a plan has no such object");
        return NULL;
    }
    allocfunc allocate = (allocfunc)PyType_GetSlot((PyTypeObject *)type, Py_tp_alloc);
    PyObject *object = allocate ? allocate((PyTypeObject *)type, 0) : NULL;
    for (Py_ssize_t i = 0; object && i < PyTuple_Size(slots); i++) {
        PyObject *slot = PyTuple_GetItem(slots, i), *value = build(s, PyTuple_GetItem(part, 3 + i));
        descrsetfunc set = (descrsetfunc)PyType_GetSlot(Py_TYPE(slot), Py_tp_descr_set);
        if (!value || !set || set(slot, object, value) < 0)
            Py_CLEAR(object);
        Py_XDECREF(value);
    }
    return object;
}

/* What a part of a plan stands for. NULL without an exception: left to Python. */
static PyObject *build(Scanner *s, PyObject *part)
{
    long kind = PyTuple_Check(part) && PyTuple_Size(part) ? PyLong_AsLong(PyTuple_GetItem(part, 0)) : -1;
    const Hole *hole;
    switch (kind) {
    case CONSTANT:
        if (PyTuple_Size(part) != 2)
            break;
        part = PyTuple_GetItem(part, 1);
        Py_INCREF(part);
        return part;
    case DECODED:
        hole = hole_of(s, part);
        return hole ? decoded(s, hole) : NULL;
    case RAW:
        hole = hole_of(s, part);
        return hole ? PyUnicode_DecodeUTF8(s->unit + hole->start, hole->end - hole->start, "strict") : NULL;
    case JOINED:
        return build_string(s, part);
    case NUMBER:
        s->number++;
        return PyUnicode_FromFormat("%U#%zd", s->label, s->number);
    case TUPLE:
        return build_tuple(s, part);
    case OBJECT:
        return build_object(s, part);
    }
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "a plan has no such part");
    return NULL;
}

/* Whether each text that differs from another in its bytes also does in its characters, and none has one of the
 * `special` bytes. -1: an exception. */
static int as_planned(Scanner *s, PyObject *special)
{
    char *bytes;
    Py_ssize_t length;
    int coded = 0;
    if (PyBytes_AsStringAndSize(special, &bytes, &length) < 0)
        return -1;
    for (int i = 0; i < s->cut; i++) {
        const Hole *hole = &s->holes[i];
        const char *at = s->unit + hole->start;
        if (hole->kind != TEXT)
            continue;
        for (Py_ssize_t k = 0; k < length; k++)
            if (memchr(at, bytes[k], hole->end - hole->start))
                return 0;
        coded |= memchr(at, '&', hole->end - hole->start) || memchr(at, '\r', hole->end - hole->start);
    }
    if (!coded)
        return 1;
    PyObject *seen = PySet_New(NULL);
    int distinct = seen ? 1 : -1;
    for (int i = 0; distinct > 0 && i < s->cut; i++) {
        if (s->holes[i].kind != TEXT || s->holes[i].class != i)
            continue;
        PyObject *text = decoded(s, &s->holes[i]);
        int there = text ? PySet_Contains(seen, text) : PyErr_Occurred() ? -1 : 1;
        distinct = there < 0 || (!there && PySet_Add(seen, text) < 0) ? -1 : !there;
        Py_XDECREF(text);
    }
    Py_XDECREF(seen);
    return distinct;
}

/* Whether the id of the unit is new, and take note of it. -1: an exception. */
static int new_id(Scanner *s, PyObject *identity, PyObject *ids)
{
    if (identity == Py_None || ids == Py_None)
        return 1;
    PyObject *id = build(s, identity);
    Py_hash_t hash = id ? PyObject_Hash(id) : -1;
    Py_XDECREF(id);
    PyObject *key = hash == -1 ? NULL : PyLong_FromSsize_t(hash);
    int there = key ? PySet_Contains(ids, key) : -1;
    if (there == 0 && PySet_Size(ids) < s->remembered && PySet_Add(ids, key) < 0)
        there = -1;
    Py_XDECREF(key);
    if (there < 0 && !PyErr_Occurred())
        return 0;
    return there < 0 ? -1 : !(there && s->check_ids);
}

/* What a plan, (special, identity, parts, ...), makes of the unit at hand: a segment, or a list of them. NULL without
 * an exception: left to Python. */
static PyObject *planned(Scanner *s, PyObject *plan, PyObject *ids)
{
    if (!PyTuple_Check(plan) || PyTuple_Size(plan) < 3 || !PyTuple_Check(PyTuple_GetItem(plan, 2))) {
        PyErr_SetString(PyExc_TypeError, "a plan must be a tuple");
        return NULL;
    }
    PyObject *parts = PyTuple_GetItem(plan, 2), *made = NULL;
    Py_ssize_t before = s->number, size = PyTuple_Size(parts);
    int well = as_planned(s, PyTuple_GetItem(plan, 0));
    if (well > 0) {
        made = size == 1 ? build(s, PyTuple_GetItem(parts, 0)) : PyList_New(size);
        for (Py_ssize_t i = 0; made && size != 1 && i < size; i++) {
            PyObject *one = build(s, PyTuple_GetItem(parts, i));
            if (!one || PyList_SetItem(made, i, one) < 0)
                Py_CLEAR(made);
        }
        if (made && new_id(s, PyTuple_GetItem(plan, 1), ids) <= 0)
            Py_CLEAR(made);
    }
    if (!made)
        s->number = before;
    return made;
}

/* The next unit: what its plan makes of it; in writing
 * (plan, surroundings, start, end, line, number of segments); without a plan
 * (surroundings, start, bytes, line, shape or None). */
static PyObject *next(PyObject *self)
{
    Scanner *s = (Scanner *)self;
    if (s->busy || s->next >= s->count)
        return NULL;
    const Slice *slice = &s->slices[s->next++];
    s->handed++;
    Py_ssize_t at = slice->start - s->base;
    if (at < 0 || slice->end - s->base > s->have || slice->end <= slice->start) {
        PyErr_SetString(PyExc_SystemError, "a unit is not in the buffer");
        return NULL;
    }
    s->unit = s->bytes + at;
    s->unit_bytes = slice->end - slice->start;
    PyObject *key = NULL, *made = NULL, *plan = NULL;
    s->busy = 1;
    if (cut(s)) {
        key = PyBytes_FromStringAndSize(s->key, s->key_length);
        plan = key ? PyDict_GetItemWithError(PyTuple_GetItem(slice->around, 1), key) : NULL;
        Py_XINCREF(plan);
    }
    if (plan && plan != Py_None && !PyErr_Occurred()) {
        if (!s->write)
            made = planned(s, plan, PyTuple_GetItem(slice->around, 2));
        else if (!PyTuple_Check(plan) || PyTuple_Size(plan) < 3 || !PyTuple_Check(PyTuple_GetItem(plan, 2)))
            PyErr_SetString(PyExc_TypeError, "a plan must be a tuple");
        else if (as_planned(s, PyTuple_GetItem(plan, 0)) > 0)
            made = Py_BuildValue("(OOnnnn)", plan, slice->around, slice->start, slice->end, slice->line,
                                 PyTuple_Size(PyTuple_GetItem(plan, 2)));
    }
    Py_XDECREF(plan);
    s->busy = 0;
    if (!made && !PyErr_Occurred())
        made = Py_BuildValue("(Ony#nO)", slice->around, slice->start, s->unit, s->unit_bytes, slice->line,
                             key && !plan ? key : Py_None);
    Py_XDECREF(key);
    return made;
}

/* The bytes of the unit at hand after a recipe: bytes as they are, a number for what was cut out, None for `content`. */
static PyObject *filled(PyObject *self, PyObject *args)
{
    Scanner *s = (Scanner *)self;
    PyObject *recipe, *content;
    if (!PyArg_ParseTuple(args, "O!S", &PyTuple_Type, &recipe, &content))
        return NULL;
    Py_ssize_t size = 0, parts = PyTuple_Size(recipe);
    PyObject *whole = NULL;
    char *to = NULL;
    for (int copy = 0; copy < 2; copy++) {
        for (Py_ssize_t i = 0; i < parts; i++) {
            PyObject *part = PyTuple_GetItem(recipe, i);
            char *from;
            Py_ssize_t length, which;
            if (PyLong_Check(part)) {
                which = PyLong_AsSsize_t(part);
                if (which < 0 || which >= s->cut) {
                    PyErr_SetString(PyExc_ValueError, "a recipe refers to what was not cut out");
                    return NULL;
                }
                from = (char *)s->unit + s->holes[which].start;
                length = s->holes[which].end - s->holes[which].start;
            } else if (PyBytes_AsStringAndSize(part == Py_None ? content : part, &from, &length) < 0)
                return NULL;
            if (copy) {
                memcpy(to, from, length);
                to += length;
            } else if (length > PY_SSIZE_T_MAX - size)
                return PyErr_NoMemory();
            else
                size += length;
        }
        if (!copy) {
            whole = PyBytes_FromStringAndSize(NULL, size);
            if (!whole)
                return NULL;
            to = PyBytes_AsString(whole);
        }
    }
    return whole;
}

/* -------------------------------------------------------------- the object */

static int take_names(Scanner *s, PyObject *names)
{
    if (!PyTuple_Check(names) || PyTuple_Size(names) > NAMES) {
        PyErr_SetString(PyExc_ValueError, "names must be a tuple, and not of so many");
        return -1;
    }
    for (s->named = 0; s->named < PyTuple_Size(names); s->named++) {
        Name *name = &s->names[s->named];
        if (!PyArg_ParseTuple(PyTuple_GetItem(names, s->named), "y#i", &name->start, &name->length, &name->flags))
            return -1;
    }
    Py_INCREF(names); /* which own the characters */
    s->names_object = names;
    return 0;
}

static PyObject *new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static char *kw[] = {"label",      "surround",    "leave",  "names",    "max_depth", "max_unit",
                         "max_elements", "chunk", "remembered", "number", "write",     NULL};
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Scanner *s = (Scanner *)allocate(type, 0);
    PyObject *names;
    if (!s)
        return NULL;
    s->unit_start = -1;
    s->check_ids = 1;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "UOOOnnnnnnp", kw, &s->label, &s->surround, &s->leave, &names,
                                     &s->max_depth, &s->max_unit, &s->max_elements, &s->chunk, &s->remembered,
                                     &s->number, &s->write)) {
        s->label = s->surround = s->leave = NULL;
        Py_DECREF(s);
        return NULL;
    }
    Py_INCREF(s->label);
    Py_INCREF(s->surround);
    Py_INCREF(s->leave);
    s->parser = take_names(s, names) < 0 ? NULL : expat->ParserCreate_MM("utf-8", NULL, NULL);
    if (!s->parser) {
        if (!PyErr_Occurred())
            PyErr_NoMemory();
        Py_DECREF(s);
        return NULL;
    }
    expat->SetUserData(s->parser, s);
    expat->SetDefaultHandlerExpand(s->parser, token);
    return (PyObject *)s;
}

static int traverse(PyObject *self, visitproc visit, void *arg)
{
    Scanner *s = (Scanner *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(s->surround);
    Py_VISIT(s->leave);
    Py_VISIT(s->names_object);
    Py_VISIT(s->around);
    for (Py_ssize_t i = 0; i < s->count; i++)
        Py_VISIT(s->slices[i].around);
    return 0;
}

static int clear(PyObject *self)
{
    Scanner *s = (Scanner *)self;
    s->strange = 1; /* what it would need is gone */
    s->named = 0;
    Py_CLEAR(s->surround);
    Py_CLEAR(s->leave);
    Py_CLEAR(s->names_object);
    Py_CLEAR(s->around);
    forget(s);
    return 0;
}

static void dealloc(PyObject *self)
{
    Scanner *s = (Scanner *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    clear(self);
    Py_CLEAR(s->label);
    if (s->parser)
        expat->ParserFree(s->parser);
    free(s->slices);
    free(s->bytes);
    free(s->scratch);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyObject *get_number(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromSsize_t(((Scanner *)self)->number);
}

static int set_number(PyObject *self, PyObject *value, void *closure)
{
    (void)closure;
    Py_ssize_t number = value ? PyLong_AsSsize_t(value) : -1;
    if (number < 0) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "a number must be 0 or more");
        return -1;
    }
    ((Scanner *)self)->number = number;
    return 0;
}

static PyObject *get_handed(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromSsize_t(((Scanner *)self)->handed);
}

static PyObject *get_unread(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromSsize_t(((Scanner *)self)->fed - ((Scanner *)self)->offset);
}

static PyObject *get_check(PyObject *self, void *closure)
{
    (void)closure;
    return PyBool_FromLong(((Scanner *)self)->check_ids);
}

static int set_check(PyObject *self, PyObject *value, void *closure)
{
    (void)closure;
    int on = value ? PyObject_IsTrue(value) : 0;
    if (on < 0)
        return -1;
    ((Scanner *)self)->check_ids = on;
    return 0;
}

static PyObject *itself(PyObject *self)
{
    Py_INCREF(self);
    return self;
}

static PyMethodDef methods[] = {
    {"feed", feed, METH_VARARGS, "feed(chunk, final=False): False when only Python can tell what this is."},
    {"filled", filled, METH_VARARGS, "filled(recipe, content): the bytes of the unit at hand after a recipe."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef properties[] = {
    {"number", get_number, set_number, "How many segments there were.", NULL},
    {"handed", get_handed, NULL, "How many units there were.", NULL},
    {"unread", get_unread, NULL, "How many bytes of a token are there whose end is not.", NULL},
    {"check_ids", get_check, set_check, "Whether a repeated id is left to Python.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Scanner(...): see mtqa/formats/scan.py."},
    {Py_tp_new, new},
    {Py_tp_dealloc, dealloc},
    {Py_tp_traverse, traverse},
    {Py_tp_clear, clear},
    {Py_tp_iter, itself},
    {Py_tp_iternext, next},
    {Py_tp_methods, methods},
    {Py_tp_getset, properties},
    {0, NULL},
};

static PyType_Spec spec = {
    "mtqa.formats._scanner.Scanner", sizeof(Scanner), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots,
};

static int execute(PyObject *module)
{
    expat = PyCapsule_Import("pyexpat.expat_CAPI", 0);
    if (!expat)
        return -1;
    if (!starts(expat->magic, (Py_ssize_t)strlen(expat->magic), "pyexpat.expat_CAPI 1.") ||
        expat->size < (int)sizeof(Expat)) {
        PyErr_SetString(PyExc_ImportError, "this Python's expat is another one");
        return -1;
    }
    PyObject *type = PyType_FromSpec(&spec);
    if (!type || PyModule_AddObject(module, "Scanner", type) < 0) {
        Py_XDECREF(type);
        return -1;
    }
    return 0;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_scanner", "From the bytes of a file to its segments, compiled.", 0, NULL, module_slots,
    NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__scanner(void)
{
    return PyModuleDef_Init(&definition);
}
