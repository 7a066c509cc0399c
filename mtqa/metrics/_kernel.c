/* What the metrics and the score count in the texts of segments, compiled. mtqa/metrics/arrays.py, bags.py and features.py
 * compute the same bits with numpy and Python.
 *
 * chrF needs, for each order n, the number of n-grams that two texts share: the sum of min(count in one, count in
 * the other). N-grams are named, not hashed: every distinct one gets a number, and an (n+1)-gram is the pair of the
 * names of its first and last n characters. So keys are exact and of one size whatever the order.
 *
 * An (n+1)-gram can be shared only if both n-grams in it are. All others are dropped as soon as an order is done;
 * how many n-grams a text has follows from its length.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The texts of a batch, one after the other, in the order of their segments. */
typedef struct {
    Py_ssize_t segments, texts, pairs; /* pairs: ordered, of two */
    Py_ssize_t *voters;                /* by segment: how many texts it has */
    Py_ssize_t *lengths;               /* by text: characters, white space included until squeeze() */
    Py_UCS4 *chars;
    double *utilities; /* by segment, hypothesis, reference; no diagonal */
} Batch;

/* What one segment needs; made for the largest of a batch. Name 0 is no name: end of text, or shared with nobody. */
typedef struct {
    uint32_t *names;   /* by position, with one more position at the end of each text */
    uint32_t *slots;   /* open addressing: key -> name */
    uint64_t *keys;    /* by name */
    uint32_t *counts;  /* by name and text */
    uint8_t *shared;   /* by name: whether two texts have it */
    uint8_t *shared_before; /* the same for the order before */
    uint32_t *matches; /* by order and two texts, the later one first */
    unsigned shift;    /* 64 - log2(slots) */
    uint32_t named;    /* names given in this order */
} Scratch;

/* What str.split() splits at. A test compares it with str.isspace() for every code point. */
static int is_space(Py_UCS4 c)
{
    if (c < 0x85)
        return c == 0x20 || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

/* Take white space out of all texts; lengths become those of what is left. */
static void squeeze(Batch *batch)
{
    const Py_UCS4 *from = batch->chars;
    Py_UCS4 *to = batch->chars;
    for (Py_ssize_t text = 0; text < batch->texts; text++) {
        const Py_UCS4 *end = from + batch->lengths[text];
        Py_UCS4 *start = to;
        for (; from < end; from++)
            if (!is_space(*from))
                *to++ = *from;
        batch->lengths[text] = to - start;
    }
}

static Py_ssize_t total(const Py_ssize_t *lengths, Py_ssize_t voters)
{
    Py_ssize_t size = 0;
    for (Py_ssize_t text = 0; text < voters; text++)
        size += lengths[text];
    return size;
}

/* Use no more slots than `size` names need; half of them stay empty. */
static void resize(Scratch *s, Py_ssize_t size)
{
    for (s->shift = 60; UINT64_C(1) << (64 - s->shift) < 2 * (uint64_t)size; s->shift--)
        ;
}

static void forget(Scratch *s)
{
    memset(s->slots, 0, sizeof(uint32_t) << (64 - s->shift));
    s->named = 0;
}

/* The name of a key, a new one if it has none; a new name starts with all counts 0. */
static inline uint32_t name_of(Scratch *s, uint64_t key, Py_ssize_t voters)
{
    uint32_t mask = (uint32_t)((UINT64_C(1) << (64 - s->shift)) - 1);
    /* The golden ratio spreads runs of neighbouring names over the table; the high bits are the mixed ones. */
    uint32_t slot = (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> s->shift);
    uint32_t name;
    while ((name = s->slots[slot]) != 0) {
        if (s->keys[name] == key)
            return name;
        slot = (slot + 1) & mask;
    }
    name = ++s->named;
    s->slots[slot] = name;
    s->keys[name] = key;
    s->shared[name] = 0;
    memset(s->counts + (size_t)name * voters, 0, voters * sizeof(uint32_t));
    return name;
}

/* Text `text` has the n-gram `name` once more. The k-th time meets every earlier text that has it k times. */
static inline void meet(Scratch *s, uint32_t name, Py_ssize_t text, Py_ssize_t voters, uint32_t *matches)
{
    uint32_t *counts = s->counts + (size_t)name * voters;
    uint32_t times = ++counts[text];
    for (Py_ssize_t other = 0; other < text; other++)
        matches[other] += counts[other] >= times;
    if (times == 1 && !s->shared[name])
        for (Py_ssize_t other = 0; other < text; other++)
            s->shared[name] |= counts[other] != 0;
}

/* Count the shared n-grams of one segment for all orders. */
static void count_matches(Scratch *s, const Py_UCS4 *chars, const Py_ssize_t *lengths, Py_ssize_t voters, int orders)
{
    memset(s->matches, 0, sizeof(uint32_t) * orders * voters * voters);
    for (int order = 0; order < orders; order++) {
        uint8_t *shared_before = s->shared;
        s->shared = s->shared_before;
        s->shared_before = shared_before;
        shared_before[0] = 0;
        forget(s);
        uint32_t *names = s->names;
        const Py_UCS4 *text_chars = chars;
        for (Py_ssize_t text = 0; text < voters; text++) {
            Py_ssize_t length = lengths[text];
            uint32_t *matches = s->matches + ((size_t)order * voters + text) * voters;
            for (Py_ssize_t i = 0; i < length; i++) {
                uint64_t key = order == 0 ? text_chars[i] : (uint64_t)names[i] << 32 | names[i + 1];
                if (order == 0 || (shared_before[names[i]] && shared_before[names[i + 1]])) {
                    names[i] = name_of(s, key, voters);
                    meet(s, names[i], text, voters, matches);
                } else
                    names[i] = 0;
            }
            names[length] = 0;
            names += length + 1;
            text_chars += length;
        }
    }
}

/* sacrebleu's sentence score (effective order, no smoothing), operation by operation, so that the bits are its own. */
static double f_score(const Scratch *s, Py_ssize_t hyp, Py_ssize_t ref, const Py_ssize_t *lengths, Py_ssize_t voters,
                      int orders, double factor)
{
    double precision = 0.0, recall = 0.0;
    int effective = 0;
    Py_ssize_t later = hyp > ref ? hyp : ref, earlier = hyp > ref ? ref : hyp;
    for (int order = 0; order < orders; order++) {
        Py_ssize_t in_hyp = lengths[hyp] - order, in_ref = lengths[ref] - order;
        if (in_hyp <= 0 || in_ref <= 0)
            break;
        double matches = s->matches[((size_t)order * voters + later) * voters + earlier];
        precision += matches / (double)in_hyp;
        recall += matches / (double)in_ref;
        effective++;
    }
    if (effective == 0)
        return 0.0;
    precision /= effective;
    recall /= effective;
    if (precision + recall == 0.0)
        return 0.0;
    double score = (1.0 + factor) * precision * recall;
    score /= factor * precision + recall;
    return 100.0 * score / 100.0;
}

/* Everything that needs no Python object. */
static void compute(Batch *batch, Scratch *s, int orders, double factor)
{
    squeeze(batch);
    const Py_UCS4 *chars = batch->chars;
    const Py_ssize_t *lengths = batch->lengths;
    double *utility = batch->utilities;
    for (Py_ssize_t segment = 0; segment < batch->segments; segment++) {
        Py_ssize_t voters = batch->voters[segment];
        Py_ssize_t size = total(lengths, voters);
        resize(s, size);
        if (voters > 1)
            count_matches(s, chars, lengths, voters, orders);
        for (Py_ssize_t hyp = 0; hyp < voters; hyp++)
            for (Py_ssize_t ref = 0; ref < voters; ref++)
                if (hyp != ref)
                    *utility++ = f_score(s, hyp, ref, lengths, voters, orders, factor);
        chars += size;
        lengths += voters;
    }
}

static void release(Batch *batch)
{
    free(batch->voters);
    free(batch->lengths);
    free(batch->chars);
    free(batch->utilities);
}

static void discard(Scratch *s)
{
    free(s->names);
    free(s->slots);
    free(s->keys);
    free(s->counts);
    free(s->shared);
    free(s->shared_before);
    free(s->matches);
}

/* calloc that never asks for nothing, because NULL is to mean one thing. */
static void *zeroed(size_t count, size_t size)
{
    return calloc(count ? count : 1, size);
}

/* Count the texts. Returns the characters in all of them, or -1 with a TypeError. */
static Py_ssize_t measure(PyObject *segments, Batch *batch)
{
    Py_ssize_t size = 0;
    batch->segments = PyList_Size(segments);
    for (Py_ssize_t i = 0; i < batch->segments; i++) {
        PyObject *texts = PyList_GetItem(segments, i);
        if (!PyTuple_Check(texts)) {
            PyErr_SetString(PyExc_TypeError, "a segment is a tuple of texts");
            return -1;
        }
        Py_ssize_t voters = PyTuple_Size(texts);
        batch->texts += voters;
        batch->pairs += voters * (voters - 1);
        for (Py_ssize_t k = 0; k < voters; k++) {
            Py_ssize_t length = PyUnicode_GetLength(PyTuple_GetItem(texts, k)); /* TypeError if it is no str */
            if (length < 0)
                return -1;
            size += length;
        }
    }
    return size;
}

/* Copy the texts. Returns the characters in all of them, or -1 with an exception. */
static Py_ssize_t pack(PyObject *segments, Batch *batch)
{
    Py_ssize_t all = measure(segments, batch);
    if (all < 0)
        return -1;
    batch->voters = zeroed(batch->segments, sizeof(Py_ssize_t));
    batch->lengths = zeroed(batch->texts, sizeof(Py_ssize_t));
    batch->chars = zeroed(all, sizeof(Py_UCS4));
    if (!batch->voters || !batch->lengths || !batch->chars) {
        PyErr_NoMemory();
        return -1;
    }
    Py_UCS4 *to = batch->chars;
    Py_ssize_t *length = batch->lengths;
    for (Py_ssize_t i = 0; i < batch->segments; i++) {
        PyObject *texts = PyList_GetItem(segments, i);
        batch->voters[i] = PyTuple_Size(texts);
        for (Py_ssize_t k = 0; k < batch->voters[i]; k++, to += *length++) {
            PyObject *text = PyTuple_GetItem(texts, k);
            *length = PyUnicode_GetLength(text);
            if (!PyUnicode_AsUCS4(text, to, *length, 0))
                return -1;
        }
    }
    return all;
}

/* Make the scratch for the largest segment, and room for the utilities. Returns -1 with an exception. */
static int prepare(Batch *batch, Scratch *s, int orders)
{
    Py_ssize_t most = 0, most_voters = 0;
    const Py_ssize_t *lengths = batch->lengths;
    size_t most_counts = 0;
    for (Py_ssize_t i = 0; i < batch->segments; lengths += batch->voters[i++]) {
        Py_ssize_t voters = batch->voters[i], size = total(lengths, voters);
        size_t counts = (size_t)(size + 1) * voters;
        most = size > most ? size : most;
        most_voters = voters > most_voters ? voters : most_voters;
        most_counts = counts > most_counts ? counts : most_counts;
    }
    if ((uint64_t)most >= UINT32_MAX / 4) /* names are 32 bits wide, and half of the slots stay empty */
        goto no_memory;
    size_t slots = 16;
    while (slots < 2 * (size_t)most)
        slots *= 2;
    batch->utilities = zeroed(batch->pairs, sizeof(double));
    s->names = zeroed(most + most_voters, sizeof(uint32_t));
    s->slots = zeroed(slots, sizeof(uint32_t));
    s->keys = zeroed(most + 1, sizeof(uint64_t));
    s->counts = zeroed(most_counts, sizeof(uint32_t));
    s->shared = zeroed(most + 1, 1);
    s->shared_before = zeroed(most + 1, 1);
    s->matches = zeroed((size_t)most_voters * most_voters, sizeof(uint32_t) * orders);
    if (batch->utilities && s->names && s->slots && s->keys && s->counts && s->shared && s->shared_before && s->matches)
        return 0;
no_memory:
    PyErr_NoMemory();
    return -1;
}

static PyObject *chrf(PyObject *module, PyObject *args)
{
    PyObject *segments, *result = NULL;
    int orders, beta;
    Batch batch = {0};
    Scratch s = {0};
    (void)module;
    if (!PyArg_ParseTuple(args, "O!ii", &PyList_Type, &segments, &orders, &beta))
        return NULL;
    if (orders < 1) {
        PyErr_SetString(PyExc_ValueError, "orders must be 1 or more");
        return NULL;
    }
    if (pack(segments, &batch) >= 0 && prepare(&batch, &s, orders) == 0) {
        Py_BEGIN_ALLOW_THREADS
        compute(&batch, &s, orders, (double)beta * beta);
        Py_END_ALLOW_THREADS
        result = PyBytes_FromStringAndSize((const char *)batch.utilities, batch.pairs * (Py_ssize_t)sizeof(double));
    }
    release(&batch);
    discard(&s);
    return result;
}

/* Where the token that begins at `i` ends, by the classes of its characters: mtqa/metrics/tokens.py has the pattern. */
static Py_ssize_t token_end(const Py_UCS4 *chars, Py_ssize_t i, Py_ssize_t length, const char *classes)
{
    char first = classes[chars[i++]];
    for (; i < length; i++) {
        char class = classes[chars[i]];
        if (first == 'd') {
            int inner = class == 'p' && i + 1 < length && classes[chars[i + 1]] == 'd';
            if (class != 'd' && !inner)
                break;
        } else if (class != 'm' && (first != 'w' || (class != 'w' && class != 'd')))
            break;
    }
    return i;
}

/* The distinct tokens of a batch, numbered as they appear. */
typedef struct {
    uint32_t *slots;     /* open addressing: token -> number + 1 */
    size_t mask;         /* slots - 1; at least half of them are empty */
    uint64_t *hashes;    /* by number, and so on */
    Py_ssize_t *starts;  /* where it first appears, in the characters of the batch */
    uint32_t *lengths;
    uint32_t *texts;     /* in which text that is */
    uint32_t *frequency; /* how many segments have it */
    uint32_t *last;      /* the last of them, counted from 1 */
    uint32_t count, room;
} Vocabulary;

/* The tokens of a batch: the number of each, and how many each text has. */
typedef struct {
    uint32_t *numbers, *sizes;
    Py_ssize_t count;
} Bags;

/* Room for twice as many tokens. Returns -1 without memory. */
static int widen(Vocabulary *v)
{
    size_t room = v->room ? 2 * (size_t)v->room : 1024;
    if (room > UINT32_MAX / 2)
        return -1;
    void *hashes = realloc(v->hashes, room * sizeof(uint64_t));
    v->hashes = hashes ? hashes : v->hashes;
    void *starts = realloc(v->starts, room * sizeof(Py_ssize_t));
    v->starts = starts ? starts : v->starts;
    uint32_t **columns[] = {&v->lengths, &v->texts, &v->frequency, &v->last};
    int enough = hashes && starts;
    for (int i = 0; i < 4; i++) {
        void *column = realloc(*columns[i], room * sizeof(uint32_t));
        *columns[i] = column ? column : *columns[i];
        enough = enough && column;
    }
    free(v->slots);
    v->slots = calloc(2 * room, sizeof(uint32_t));
    if (!enough || !v->slots)
        return -1;
    v->room = (uint32_t)room;
    v->mask = 2 * room - 1;
    for (uint32_t number = 0; number < v->count; number++) {
        size_t slot = v->hashes[number] & v->mask;
        while (v->slots[slot])
            slot = (slot + 1) & v->mask;
        v->slots[slot] = number + 1;
    }
    return 0;
}

/* Spread over all bits; the high ones are the mixed ones of a product. */
static inline uint64_t mixed(uint64_t hash)
{
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

static inline uint64_t hash_of(const Py_UCS4 *chars, Py_ssize_t length)
{
    uint64_t hash = (uint64_t)length;
    for (Py_ssize_t i = 0; i < length; i++)
        hash = (hash ^ chars[i]) * UINT64_C(0x100000001B3);
    return mixed(hash);
}

static inline int same(const Py_UCS4 *one, const Py_UCS4 *other, Py_ssize_t length)
{
    return memcmp(one, other, (size_t)length * sizeof(Py_UCS4)) == 0;
}

/* The number of the token that begins at `start`; UINT32_MAX without memory. */
static uint32_t number_of(Vocabulary *v, const Py_UCS4 *chars, Py_ssize_t start, Py_ssize_t length, uint32_t text)
{
    if (v->count == v->room && widen(v) < 0)
        return UINT32_MAX;
    uint64_t hash = hash_of(chars + start, length);
    size_t slot = hash & v->mask;
    for (uint32_t entry; (entry = v->slots[slot]) != 0; slot = (slot + 1) & v->mask) {
        uint32_t number = entry - 1;
        if (v->hashes[number] == hash && v->lengths[number] == (uint32_t)length &&
            same(chars + v->starts[number], chars + start, length))
            return number;
    }
    uint32_t number = v->count++;
    v->slots[slot] = v->count;
    v->hashes[number] = hash;
    v->starts[number] = start;
    v->lengths[number] = (uint32_t)length;
    v->texts[number] = text;
    v->frequency[number] = v->last[number] = 0;
    return number;
}

enum { NO_SMALL = 0x110000 }; /* in a table of small letters: there is none that is one character in every place */

/* Number the tokens of all texts; needs no Python object. Returns -1 without memory. */
static int fill(const Batch *batch, const char *classes, Vocabulary *v, Bags *bags)
{
    const Py_UCS4 *chars = batch->chars;
    Py_ssize_t at = 0, text = 0;
    for (Py_ssize_t segment = 0; segment < batch->segments; segment++)
        for (Py_ssize_t k = 0; k < batch->voters[segment]; k++, text++) {
            Py_ssize_t until = at + batch->lengths[text], before = bags->count;
            while (at < until) {
                if (classes[chars[at]] == ' ') {
                    at++;
                    continue;
                }
                Py_ssize_t end = token_end(chars, at, until, classes);
                uint32_t number = number_of(v, chars, at, end - at, (uint32_t)text);
                if (number == UINT32_MAX)
                    return -1;
                if (v->last[number] != (uint32_t)segment + 1) {
                    v->last[number] = (uint32_t)segment + 1;
                    v->frequency[number]++;
                }
                bags->numbers[bags->count++] = number;
                at = end;
            }
            bags->sizes[text] = (uint32_t)(bags->count - before);
        }
    return 0;
}

/* Put small letters in place of all. Returns -1 at a letter for which that takes more than the letter itself. */
static int make_small(Py_UCS4 *chars, Py_ssize_t size, const Py_UCS4 *small, Py_ssize_t known)
{
    for (Py_ssize_t i = 0; known && i < size; i++)
        if (chars[i] < (Py_UCS4)known && (chars[i] = small[chars[i]]) == NO_SMALL)
            return -1;
    return 0;
}

/* The characters of a text from `from` on, as str, with small letters if `chars` has those there. */
static PyObject *token_of(PyObject *text, Py_ssize_t from, Py_ssize_t length, const Py_UCS4 *chars)
{
    PyObject *token = PyUnicode_Substring(text, from, from + length);
    Py_UCS4 *own = token ? PyUnicode_AsUCS4Copy(token) : NULL;
    if (own && !same(own, chars, length)) {
        PyObject *small = PyObject_CallMethod(token, "lower", NULL);
        Py_DECREF(token);
        token = small;
    } else if (!own)
        Py_CLEAR(token);
    PyMem_Free(own);
    return token;
}

/* The tokens as str, in the order of their numbers. */
static PyObject *named(PyObject *segments, const Batch *batch, const Vocabulary *v)
{
    PyObject *distinct = PyList_New(v->count);
    Py_ssize_t start = 0;
    uint32_t text = 0, number = 0;
    for (Py_ssize_t i = 0; distinct && i < batch->segments; i++)
        for (Py_ssize_t k = 0; distinct && k < batch->voters[i]; start += batch->lengths[text], text++, k++)
            for (; distinct && number < v->count && v->texts[number] == text; number++) {
                PyObject *whole = PyTuple_GetItem(PyList_GetItem(segments, i), k);
                const Py_UCS4 *chars = batch->chars + v->starts[number];
                PyObject *token = token_of(whole, v->starts[number] - start, v->lengths[number], chars);
                if (!token || PyList_SetItem(distinct, number, token) < 0)
                    Py_CLEAR(distinct);
            }
    return distinct;
}

static PyObject *words(const uint32_t *from, Py_ssize_t count)
{
    return PyBytes_FromStringAndSize((const char *)from, count * (Py_ssize_t)sizeof(uint32_t));
}

/* Whether so many bytes can be classes; if not, a ValueError. */
static int are_classes(Py_ssize_t known)
{
    if (known == 0x110000)
        return 1;
    PyErr_SetString(PyExc_ValueError, "classes must hold one byte for each code point");
    return 0;
}

static PyObject *bags(PyObject *module, PyObject *args)
{
    PyObject *segments, *result = NULL;
    const char *classes;
    Py_buffer small;
    Py_ssize_t known;
    Batch batch = {0};
    Vocabulary v = {0};
    Bags found = {0};
    int filled = -1, more = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!y#y*", &PyList_Type, &segments, &classes, &known, &small))
        return NULL;
    Py_ssize_t size = are_classes(known) ? pack(segments, &batch) : -1;
    if (size >= 0) {
        found.numbers = zeroed(size, sizeof(uint32_t));
        found.sizes = zeroed(batch.texts, sizeof(uint32_t));
        if (found.numbers && found.sizes && widen(&v) == 0) {
            Py_BEGIN_ALLOW_THREADS
            more = make_small(batch.chars, size, small.buf, small.len / (Py_ssize_t)sizeof(Py_UCS4));
            filled = more ? 0 : fill(&batch, classes, &v, &found);
            Py_END_ALLOW_THREADS
        }
        if (filled < 0)
            PyErr_NoMemory();
        else if (more)
            result = Py_NewRef(Py_None);
        else
            result = Py_BuildValue("NNNN", named(segments, &batch, &v), words(found.numbers, found.count),
                                   words(found.sizes, batch.texts), words(v.frequency, v.count));
    }
    PyBuffer_Release(&small);
    release(&batch);
    free(found.numbers);
    free(found.sizes);
    free(v.slots);
    free(v.hashes);
    free(v.starts);
    free(v.lengths);
    free(v.texts);
    free(v.frequency);
    free(v.last);
    return result;
}

/* What the bags of one segment after the other need. */
typedef struct {
    uint32_t *last;   /* by token: the last segment that has it, counted from 1 */
    uint32_t *places; /* by token: its place in that segment */
    uint32_t *counts; /* by place and text */
    int64_t *common;  /* by two texts, the later one first; on the diagonal, the weight of each text */
} Scales;

/* Weigh what the bags of a segment have in common. The k-th time meets every earlier text that has it k times. */
static void weigh(Scales *s, uint32_t segment, const uint32_t *numbers, const uint32_t *sizes, Py_ssize_t voters,
                  const int64_t *weights)
{
    uint32_t places = 0;
    memset(s->common, 0, (size_t)voters * voters * sizeof(int64_t));
    for (Py_ssize_t text = 0; text < voters; text++) {
        int64_t *common = s->common + text * voters;
        for (uint32_t i = 0; i < sizes[text]; i++) {
            uint32_t number = *numbers++;
            if (s->last[number] != segment + 1) {
                s->last[number] = segment + 1;
                s->places[number] = places;
                memset(s->counts + (size_t)places++ * voters, 0, voters * sizeof(uint32_t));
            }
            uint32_t *counts = s->counts + (size_t)s->places[number] * voters, times = ++counts[text];
            int64_t weight = weights[number];
            for (Py_ssize_t other = 0; other < text; other++)
                common[other] += counts[other] >= times ? weight : 0;
            common[text] += weight;
        }
    }
}

/* F1 of every ordered pair, segment by segment. */
static void agree(Scales *s, Py_ssize_t segments, const uint32_t *numbers, const uint32_t *sizes, Py_ssize_t voters,
                  const int64_t *weights, double *found)
{
    for (Py_ssize_t segment = 0; segment < segments; segment++) {
        weigh(s, (uint32_t)segment, numbers, sizes, voters, weights);
        for (Py_ssize_t one = 0; one < voters; one++)
            for (Py_ssize_t other = 0; other < voters; other++) {
                if (one == other)
                    continue;
                Py_ssize_t later = one > other ? one : other, earlier = one > other ? other : one;
                int64_t both = s->common[one * voters + one] + s->common[other * voters + other];
                *found++ = (double)(2 * s->common[later * voters + earlier]) / (double)(both > 1 ? both : 1);
            }
        for (Py_ssize_t text = 0; text < voters; text++)
            numbers += *sizes++;
    }
}

/* Whether sizes and numbers fit each other and the weights; the most tokens of a segment, or -1 with a ValueError. */
static Py_ssize_t fitting(const uint32_t *numbers, Py_ssize_t tokens, const uint32_t *sizes, Py_ssize_t texts,
                          Py_ssize_t voters, Py_ssize_t weights)
{
    Py_ssize_t all = 0, most = 0, own = 0;
    int fits = voters > 1 && texts % voters == 0;
    for (Py_ssize_t text = 0; fits && text < texts; text++) {
        own = text % voters ? own + sizes[text] : sizes[text];
        all += sizes[text];
        most = own > most ? own : most;
    }
    for (Py_ssize_t i = 0; fits && i < tokens; i++)
        fits = numbers[i] < (size_t)weights;
    if (fits && all == tokens)
        return most;
    PyErr_SetString(PyExc_ValueError, "numbers, sizes and weights do not fit each other");
    return -1;
}

/* The agreements of bags that fit each other. */
static PyObject *agreed(const uint32_t *numbers, const uint32_t *sizes, Py_ssize_t texts, Py_ssize_t voters,
                        const int64_t *weights, Py_ssize_t known, Py_ssize_t most)
{
    PyObject *result = NULL;
    Scales s = {0};
    Py_ssize_t pairs = texts * (voters - 1);
    double *found = zeroed(pairs, sizeof(double));
    s.last = zeroed(known, sizeof(uint32_t));
    s.places = zeroed(known, sizeof(uint32_t));
    s.counts = zeroed((size_t)most * voters, sizeof(uint32_t));
    s.common = zeroed((size_t)voters * voters, sizeof(int64_t));
    if (found && s.last && s.places && s.counts && s.common) {
        Py_BEGIN_ALLOW_THREADS
        agree(&s, texts / voters, numbers, sizes, voters, weights, found);
        Py_END_ALLOW_THREADS
        result = PyBytes_FromStringAndSize((const char *)found, pairs * (Py_ssize_t)sizeof(double));
    } else
        PyErr_NoMemory();
    free(found);
    free(s.last);
    free(s.places);
    free(s.counts);
    free(s.common);
    return result;
}

static PyObject *agreements(PyObject *module, PyObject *args)
{
    Py_buffer numbers, sizes, weights;
    Py_ssize_t voters;
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*ny*", &numbers, &sizes, &voters, &weights))
        return NULL;
    Py_ssize_t tokens = numbers.len / 4, texts = sizes.len / 4, known = weights.len / 8;
    Py_ssize_t most = fitting(numbers.buf, tokens, sizes.buf, texts, voters, known);
    if (most >= 0)
        result = agreed(numbers.buf, sizes.buf, texts, voters, weights.buf, known, most);
    PyBuffer_Release(&numbers);
    PyBuffer_Release(&sizes);
    PyBuffer_Release(&weights);
    return result;
}

/* The n-grams of one text; mtqa/metrics/features.py says what they are. */
typedef struct {
    const Py_UCS4 *at;
    Py_ssize_t length;
    uint64_t hash;
} Gram;

typedef struct {
    Gram *grams;
    Py_ssize_t count;
    Py_UCS4 *words;  /* the words of the text with one sign between them */
    uint32_t *slots; /* open addressing: n-gram -> its place + 1 */
    size_t mask;
} Grams;

enum { WORDS = 4, CHARACTERS = 8, SPACED = 20, BETWEEN = 0x110000 };

static Py_ssize_t count_words(const Py_UCS4 *chars, Py_ssize_t length)
{
    Py_ssize_t count = 0;
    int inside = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        int letter = !is_space(chars[i]);
        count += letter && !inside;
        inside = letter;
    }
    return count;
}

static void add_gram(Grams *g, const Py_UCS4 *at, Py_ssize_t length, uint64_t hash)
{
    Gram *gram = g->grams + g->count++;
    gram->at = at;
    gram->length = length;
    gram->hash = hash;
}

/* Slots for all n-grams, empty; half of them stay so. */
static void make_slots(Grams *g)
{
    for (g->mask = 15; g->mask < 2 * (size_t)g->count; g->mask = 2 * g->mask + 1)
        ;
    memset(g->slots, 0, (g->mask + 1) * sizeof(uint32_t));
}

/* The words one after the other, with `between` between them. Every word ends an n-gram, from the fourth on. */
static Py_ssize_t grams_of_words(Grams *g, const Py_UCS4 *chars, Py_ssize_t length, Py_UCS4 between)
{
    Py_UCS4 *to = g->words, *starts[WORDS] = {0};
    uint64_t hashes[WORDS] = {0};
    Py_ssize_t word = 0;
    for (Py_ssize_t i = 0; i < length;) {
        if (is_space(chars[i])) {
            i++;
            continue;
        }
        if (word)
            *to++ = between;
        Py_UCS4 *start = starts[word % WORDS] = to;
        while (i < length && !is_space(chars[i]))
            *to++ = chars[i++];
        hashes[word++ % WORDS] = hash_of(start, to - start);
        if (word < WORDS)
            continue;
        uint64_t hash = 0;
        for (Py_ssize_t k = word - WORDS; k < word; k++)
            hash = mixed(hash ^ hashes[k % WORDS]);
        add_gram(g, starts[word % WORDS], to - starts[word % WORDS], hash);
    }
    return to - g->words;
}

static void grams_of(Grams *g, const Py_UCS4 *chars, Py_ssize_t length)
{
    Py_ssize_t words = count_words(chars, length);
    g->count = 0;
    if (words * SPACED < length) {
        Py_ssize_t n = length < CHARACTERS ? length : CHARACTERS;
        for (Py_ssize_t i = 0; i + n <= length; i++)
            add_gram(g, chars + i, n, hash_of(chars + i, n));
    } else if (words > WORDS) /* between them stands what no text has: four words are no text of theirs */
        grams_of_words(g, chars, length, BETWEEN);
    else if (words) {
        Py_ssize_t n = grams_of_words(g, chars, length, ' ');
        g->count = 0;
        add_gram(g, g->words, n, hash_of(g->words, n));
    }
    make_slots(g);
}

/* The slot of an n-gram, or the empty one where it belongs. */
static uint32_t *slot_of(const Grams *g, const Gram *gram)
{
    size_t slot = gram->hash & g->mask;
    for (; g->slots[slot]; slot = (slot + 1) & g->mask) {
        const Gram *other = g->grams + g->slots[slot] - 1;
        if (other->hash == gram->hash && other->length == gram->length && same(other->at, gram->at, gram->length))
            break;
    }
    return g->slots + slot;
}

/* Put all n-grams into their slots; returns how many are distinct. */
static Py_ssize_t tell_apart(Grams *g)
{
    Py_ssize_t distinct = 0;
    for (Py_ssize_t i = 0; i < g->count; i++) {
        uint32_t *slot = slot_of(g, g->grams + i);
        if (!*slot) {
            *slot = (uint32_t)i + 1;
            distinct++;
        }
    }
    return distinct;
}

/* Whether it may be a letter of another script than Latin; the ranges are those of mtqa/metrics/features.py. */
static inline int is_strange(Py_UCS4 c)
{
    if (c < 0x250)
        return c == 0xAA || c == 0xB5 || c == 0xBA;
    return !((c >= 0x2000 && c <= 0x206F) || (c >= 0x20A0 && c <= 0x20CF) || (c >= 0x2190 && c <= 0x2BFF) ||
             (c >= 0x1F000 && c <= 0x1FAFF));
}

enum { DIGITS = 2, THOUSANDS = 3 }; /* digits that make a number count; digits in a row between two thousands */

static inline int is_digit(Py_UCS4 c)
{
    return c >= '0' && c <= '9';
}

static inline int is_point(Py_UCS4 c)
{
    return c == '.' || c == ',';
}

/* What stands between thousands; the signs are those of mtqa/metrics/features.py. */
static inline int parts_thousands(Py_UCS4 c)
{
    return is_point(c) || c == '\'' || c == 0x2019 || c == 0xA0 || c == 0x202F || c == ' ';
}

/* Where the digits in a row end that begin at `i`, if any do. */
static Py_ssize_t digits_end(const Py_UCS4 *chars, Py_ssize_t i, Py_ssize_t length)
{
    while (i < length && is_digit(chars[i]))
        i++;
    return i;
}

/* Where the number ends that begins at `start`: mtqa/metrics/features.py has the pattern. */
static Py_ssize_t number_end(const Py_UCS4 *chars, Py_ssize_t start, Py_ssize_t length)
{
    Py_ssize_t first = digits_end(chars, start, length), end = first, next;
    if (first - start <= THOUSANDS) {
        while (end < length && parts_thousands(chars[end]) &&
               (next = digits_end(chars, end + 1, length)) - end - 1 == THOUSANDS)
            end = next;
        if (end > first) {
            next = end < length && is_point(chars[end]) ? digits_end(chars, end + 1, length) : end;
            return next > end + 1 ? next : end;
        }
    }
    while (end < length && is_point(chars[end]) && (next = digits_end(chars, end + 1, length)) > end + 1)
        end = next;
    return end;
}

/* The numbers of a text, each as its digits. */
static void numbers_of(Grams *g, const Py_UCS4 *chars, Py_ssize_t length)
{
    Py_UCS4 *to = g->words;
    g->count = 0;
    for (Py_ssize_t i = 0; i < length;) {
        if (!is_digit(chars[i])) {
            i++;
            continue;
        }
        Py_UCS4 *start = to;
        for (Py_ssize_t end = number_end(chars, i, length); i < end; i++)
            if (is_digit(chars[i]))
                *to++ = chars[i];
        if (to - start >= DIGITS)
            add_gram(g, start, to - start, hash_of(start, to - start));
    }
    make_slots(g);
}

/* Whether its numbers are for Python to find: those outside of URLs, and digits of other scripts. */
static int is_for_python(const Py_UCS4 *chars, Py_ssize_t length, const char *classes)
{
    for (Py_ssize_t i = 0; i < length; i++) {
        Py_UCS4 c = chars[i];
        if (c > 0x7F ? classes[c] == 'd' : (c == ':' && i + 2 < length && chars[i + 1] == '/' && chars[i + 2] == '/'))
            return 1;
        if (c == '.' && i > 2 && chars[i - 1] == 'w' && chars[i - 2] == 'w' && chars[i - 3] == 'w')
            return 1;
    }
    return 0;
}

enum { FEATURES = 7, ASK_PYTHON = -1 };

/* What is known of a source: its n-grams, and its numbers if they are not for Python to find. */
typedef struct {
    Grams grams, numbers;
    Py_ssize_t distinct; /* numbers */
    int for_python;
} Source;

static void describe_source(Source *source, const Py_UCS4 *chars, Py_ssize_t length, const char *classes)
{
    grams_of(&source->grams, chars, length);
    tell_apart(&source->grams);
    source->for_python = is_for_python(chars, length, classes);
    numbers_of(&source->numbers, chars, length);
    source->distinct = tell_apart(&source->numbers);
}

/* How many numbers of the source a text lacks. `own` is room for those of the text. */
static int64_t lacking(const Source *source, Grams *own, const Py_UCS4 *chars, Py_ssize_t length, const char *classes)
{
    if (source->for_python)
        return ASK_PYTHON;
    if (!source->distinct)
        return 0;
    if (is_for_python(chars, length, classes))
        return ASK_PYTHON;
    int64_t there = 0;
    numbers_of(own, chars, length);
    for (Py_ssize_t i = 0; i < own->count; i++) {
        uint32_t *slot = slot_of(own, own->grams + i);
        if (!*slot) { /* not seen before in this text */
            *slot = (uint32_t)i + 1;
            there += *slot_of(&source->numbers, own->grams + i) != 0;
        }
    }
    return source->distinct - there;
}

/* The features of one text. */
static void describe(const Source *source, Grams *own, const Py_UCS4 *chars, Py_ssize_t length, const char *classes,
                     int64_t *found)
{
    int64_t kept = 0, strange = 0;
    grams_of(own, chars, length);
    for (Py_ssize_t i = 0; i < own->count; i++)
        kept += *slot_of(&source->grams, own->grams + i) != 0;
    for (Py_ssize_t i = 0; i < length; i++)
        strange |= is_strange(chars[i]);
    found[0] = length;
    found[1] = count_words(chars, length);
    found[2] = own->count;
    found[3] = tell_apart(own);
    found[4] = kept;
    found[5] = strange;
    found[6] = lacking(source, own, chars, length, classes);
}

static void describe_all(const Batch *batch, Source *source, Grams *own, const char *classes, int64_t *found)
{
    const Py_UCS4 *chars = batch->chars;
    const Py_ssize_t *lengths = batch->lengths;
    for (Py_ssize_t segment = 0; segment < batch->segments; segment++)
        for (Py_ssize_t k = 0; k < batch->voters[segment]; k++, chars += *lengths++) {
            if (k == 0)
                describe_source(source, chars, *lengths, classes);
            else {
                describe(source, own, chars, *lengths, classes, found);
                found += FEATURES;
            }
        }
}

/* Room for the n-grams of a text of so many characters. Returns -1 without memory. */
static int make_room(Grams *g, Py_ssize_t length)
{
    size_t slots = 16;
    while (slots < 2 * (size_t)length + 2)
        slots *= 2;
    g->grams = zeroed(length + 1, sizeof(Gram));
    g->words = zeroed(length, sizeof(Py_UCS4));
    g->slots = zeroed(2 * slots, sizeof(uint32_t));
    return g->grams && g->words && g->slots ? 0 : -1;
}

static PyObject *features(PyObject *module, PyObject *args)
{
    PyObject *segments, *result = NULL;
    const char *classes;
    Py_ssize_t known;
    Batch batch = {0};
    Source source = {0};
    Grams own = {0}, *rooms[] = {&source.grams, &source.numbers, &own};
    int64_t *found = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!y#", &PyList_Type, &segments, &classes, &known) || !are_classes(known))
        return NULL;
    if (pack(segments, &batch) >= 0) {
        Py_ssize_t longest = 0, texts = 0;
        for (Py_ssize_t i = 0; i < batch.segments; i++)
            texts += batch.voters[i] ? batch.voters[i] - 1 : 0;
        for (Py_ssize_t text = 0; text < batch.texts; text++)
            longest = batch.lengths[text] > longest ? batch.lengths[text] : longest;
        found = zeroed(FEATURES * texts, sizeof(int64_t));
        int enough = found && longest < INT32_MAX / 4;
        for (int i = 0; enough && i < 3; i++)
            enough = make_room(rooms[i], longest) == 0;
        if (enough) {
            Py_BEGIN_ALLOW_THREADS
            describe_all(&batch, &source, &own, classes, found);
            Py_END_ALLOW_THREADS
            result = PyBytes_FromStringAndSize((const char *)found, FEATURES * texts * (Py_ssize_t)sizeof(int64_t));
        } else
            PyErr_NoMemory();
    }
    release(&batch);
    free(found);
    for (int i = 0; i < 3; i++) {
        free(rooms[i]->grams);
        free(rooms[i]->words);
        free(rooms[i]->slots);
    }
    return result;
}

static PyMethodDef functions[] = {
    {"chrf", chrf, METH_VARARGS, "chrf(segments, orders, beta): see mtqa/metrics/kernel.py."},
    {"bags", bags, METH_VARARGS, "bags(segments, classes, small): see mtqa/metrics/bags.py."},
    {"agreements", agreements, METH_VARARGS, "agreements(numbers, sizes, voters, weights): see mtqa/metrics/bags.py."},
    {"features", features, METH_VARARGS, "features(segments, classes), the source first: see mtqa/metrics/features.py."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_kernel", "What is counted in the texts of segments, compiled.", 0, functions, NULL, NULL,
    NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModuleDef_Init(&definition);
}
