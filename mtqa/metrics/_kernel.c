/* Utilities between all texts of a segment, compiled. mtqa/metrics/arrays.py computes the same bits with numpy.
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

static void release(Batch *batch, Scratch *s)
{
    free(batch->voters);
    free(batch->lengths);
    free(batch->chars);
    free(batch->utilities);
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

/* Copy the texts, and make the scratch for the largest segment. Returns -1 with an exception. */
static int pack(PyObject *segments, Batch *batch, Scratch *s, int orders)
{
    Py_ssize_t all = measure(segments, batch), most = 0, most_voters = 0;
    size_t most_counts = 0;
    if (all < 0)
        return -1;
    batch->voters = zeroed(batch->segments, sizeof(Py_ssize_t));
    batch->lengths = zeroed(batch->texts, sizeof(Py_ssize_t));
    batch->chars = zeroed(all, sizeof(Py_UCS4));
    batch->utilities = zeroed(batch->pairs, sizeof(double));
    if (!batch->voters || !batch->lengths || !batch->chars || !batch->utilities)
        goto no_memory;
    Py_UCS4 *to = batch->chars;
    Py_ssize_t *length = batch->lengths;
    for (Py_ssize_t i = 0; i < batch->segments; i++) {
        PyObject *texts = PyList_GetItem(segments, i);
        Py_ssize_t voters = batch->voters[i] = PyTuple_Size(texts), size = 0;
        for (Py_ssize_t k = 0; k < voters; k++, length++) {
            PyObject *text = PyTuple_GetItem(texts, k);
            *length = PyUnicode_GetLength(text);
            if (!PyUnicode_AsUCS4(text, to, *length, 0))
                return -1;
            to += *length;
            size += *length;
        }
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
    s->names = zeroed(most + most_voters, sizeof(uint32_t));
    s->slots = zeroed(slots, sizeof(uint32_t));
    s->keys = zeroed(most + 1, sizeof(uint64_t));
    s->counts = zeroed(most_counts, sizeof(uint32_t));
    s->shared = zeroed(most + 1, 1);
    s->shared_before = zeroed(most + 1, 1);
    s->matches = zeroed((size_t)most_voters * most_voters, sizeof(uint32_t) * orders);
    if (s->names && s->slots && s->keys && s->counts && s->shared && s->shared_before && s->matches)
        return 0;
no_memory:
    PyErr_NoMemory();
    return -1;
}

/* The utilities as a list of floats for each segment. */
static PyObject *unpack(const Batch *batch)
{
    PyObject *all = PyList_New(batch->segments);
    const double *utility = batch->utilities;
    for (Py_ssize_t i = 0; all && i < batch->segments; i++) {
        Py_ssize_t pairs = batch->voters[i] * (batch->voters[i] - 1);
        PyObject *row = PyList_New(pairs);
        for (Py_ssize_t k = 0; row && k < pairs; k++) {
            PyObject *value = PyFloat_FromDouble(*utility++);
            if (!value || PyList_SetItem(row, k, value) < 0)
                Py_CLEAR(row);
        }
        if (!row || PyList_SetItem(all, i, row) < 0)
            Py_CLEAR(all);
    }
    return all;
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
    if (pack(segments, &batch, &s, orders) == 0) {
        Py_BEGIN_ALLOW_THREADS
        compute(&batch, &s, orders, (double)beta * beta);
        Py_END_ALLOW_THREADS
        result = unpack(&batch);
    }
    release(&batch, &s);
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

/* The numbers of a text's tokens. New tokens are appended to `distinct`; a token is named by its path of characters,
 * and its number, from 1, stands in counts. */
static PyObject *bag_of(Scratch *s, PyObject *text, const Py_UCS4 *chars, const char *classes, PyObject *distinct)
{
    Py_ssize_t length = PyUnicode_GetLength(text);
    PyObject *bag = PyList_New(0);
    for (Py_ssize_t i = 0, end; bag && i < length; i = end) {
        if (classes[chars[i]] == ' ') {
            end = i + 1;
            continue;
        }
        uint32_t name = 0;
        end = token_end(chars, i, length, classes);
        for (Py_ssize_t k = i; k < end; k++)
            name = name_of(s, (uint64_t)name << 32 | chars[k], 1);
        if (s->counts[name] == 0) {
            PyObject *token = PyUnicode_Substring(text, i, end);
            if (!token || PyList_Append(distinct, token) < 0)
                Py_CLEAR(bag);
            Py_XDECREF(token);
            s->counts[name] = (uint32_t)PyList_Size(distinct);
        }
        PyObject *number = PyLong_FromLong((long)s->counts[name] - 1);
        if (bag && (!number || PyList_Append(bag, number) < 0))
            Py_CLEAR(bag);
        Py_XDECREF(number);
    }
    return bag;
}

/* (distinct tokens, a list of their numbers for each text) of one segment. */
static PyObject *bags_of(Scratch *s, PyObject *texts, const Py_UCS4 *chars, const char *classes)
{
    Py_ssize_t voters = PyTuple_Size(texts);
    PyObject *distinct = PyList_New(0), *bags = PyList_New(voters), *both = NULL;
    for (Py_ssize_t k = 0; distinct && bags && k < voters; k++) {
        PyObject *text = PyTuple_GetItem(texts, k);
        PyObject *bag = bag_of(s, text, chars, classes, distinct);
        if (!bag || PyList_SetItem(bags, k, bag) < 0)
            Py_CLEAR(bags);
        chars += PyUnicode_GetLength(text);
    }
    if (distinct && bags)
        both = PyTuple_Pack(2, distinct, bags);
    Py_XDECREF(distinct);
    Py_XDECREF(bags);
    return both;
}

static PyObject *bags(PyObject *module, PyObject *args)
{
    PyObject *segments, *result = NULL;
    const char *classes;
    Py_ssize_t known;
    Batch batch = {0};
    Scratch s = {0};
    (void)module;
    if (!PyArg_ParseTuple(args, "O!y#", &PyList_Type, &segments, &classes, &known))
        return NULL;
    if (known != 0x110000) {
        PyErr_SetString(PyExc_ValueError, "classes must hold one byte for each code point");
        return NULL;
    }
    if (pack(segments, &batch, &s, 1) == 0)
        result = PyList_New(batch.segments);
    const Py_UCS4 *chars = batch.chars;
    const Py_ssize_t *lengths = batch.lengths;
    for (Py_ssize_t i = 0; result && i < batch.segments; i++) {
        Py_ssize_t size = total(lengths, batch.voters[i]);
        resize(&s, size);
        forget(&s);
        PyObject *both = bags_of(&s, PyList_GetItem(segments, i), chars, classes);
        if (!both || PyList_SetItem(result, i, both) < 0)
            Py_CLEAR(result);
        chars += size;
        lengths += batch.voters[i];
    }
    release(&batch, &s);
    return result;
}

static PyMethodDef functions[] = {
    {"chrf", chrf, METH_VARARGS, "chrf(segments, orders, beta): see mtqa/metrics/kernel.py."},
    {"bags", bags, METH_VARARGS, "bags(segments, classes): see mtqa/metrics/tokens.py."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_kernel", "Utilities between all texts of a segment, compiled.", 0, functions, NULL, NULL,
    NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModuleDef_Init(&definition);
}
