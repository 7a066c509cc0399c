/* The words of texts, compiled: reading them, and laying the candidates of a segment beside each other.
 *
 * mtqa/checks/lexicon.py and mtqa/checks/pool.py do the same in Python and say what it means; both find the same.
 * Nothing here knows a language: what is in a piece of text, Python says once, and it is kept. Words are numbers, the
 * same wherever they stand, so texts are compared without touching a str.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define OFTEN 3         /* as often as a word is counted in a text: once, twice, or more often */
#define MANY 200000    /* pieces or words after which a lexicon is full */
#define MUCH (1 << 22) /* numbers of its records after which it is full */

/* Numbers that grow. */
typedef struct {
    int32_t *of;
    Py_ssize_t size, room;
} Numbers;

/* Room for `more` numbers. */
static int grow(Numbers *numbers, Py_ssize_t more)
{
    if (numbers->room - numbers->size >= more)
        return 0;
    if (more > INT32_MAX / 4 || numbers->size > INT32_MAX / 4)
        return PyErr_NoMemory(), -1;
    Py_ssize_t room = 2 * numbers->size + more + 64;
    int32_t *of = PyMem_Realloc(numbers->of, (size_t)room * sizeof(int32_t));
    if (!of)
        return PyErr_NoMemory(), -1;
    numbers->of = of;
    numbers->room = room;
    return 0;
}

static int append(Numbers *numbers, int32_t number)
{
    if (grow(numbers, 1) < 0)
        return -1;
    numbers->of[numbers->size++] = number;
    return 0;
}

/* Lexicon ---------------------------------------------------------------------------------------------------------*/

/* What is known of a piece, in records: these numbers, those of its words, and its characters in UTF-8. */
enum { NUMBER, LENGTH, WORDS, FLAGS, HEAD };

typedef struct {
    PyObject_HEAD
    PyObject *look;          /* piece -> (words, their stems, whether each means something, flags) */
    PyObject *words, *stems; /* str -> number */
    PyObject *spelt, *spelt_stems; /* the same, by their numbers */
    Numbers records, starts; /* starts: of the record of each piece */
    Numbers stem_of, means;  /* by word: its stem, whether it means something */
    Numbers wide;            /* by stem: whether it is a single character */
    Numbers word_seen, word_local, stem_seen, stem_local; /* when a number was seen last, and what it was then */
    uint32_t *slots;         /* pairs: the hash of a piece, and 1 + its number */
    size_t slot_count;
    int32_t serial;
} Lexicon;

static uint32_t hash_of(const char *piece, Py_ssize_t length)
{
    uint32_t hash = 2166136261u;
    for (Py_ssize_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)piece[i]) * 16777619u;
    return hash ^ hash >> 15;
}

/* The slot of a piece, or the empty one where it belongs. */
static uint32_t *slot_of(const Lexicon *lexicon, const char *piece, Py_ssize_t length, uint32_t hash)
{
    for (size_t at = hash & (lexicon->slot_count - 1);; at = (at + 1) & (lexicon->slot_count - 1)) {
        uint32_t *slot = lexicon->slots + 2 * at;
        if (!slot[1])
            return slot;
        if (slot[0] != hash)
            continue;
        const int32_t *record = lexicon->records.of + lexicon->starts.of[slot[1] - 1];
        if (record[LENGTH] == length && memcmp(record + HEAD + record[WORDS], piece, (size_t)length) == 0)
            return slot;
    }
}

/* Keep half of the slots free. */
static int more_slots(Lexicon *lexicon)
{
    if ((size_t)lexicon->starts.size * 2 < lexicon->slot_count)
        return 0;
    size_t count = lexicon->slot_count ? 2 * lexicon->slot_count : 1 << 12;
    uint32_t *before = lexicon->slots, *slots = PyMem_Calloc(2 * count, sizeof(uint32_t));
    size_t old = lexicon->slot_count;
    if (!slots)
        return PyErr_NoMemory(), -1;
    lexicon->slots = slots;
    lexicon->slot_count = count;
    for (size_t i = 0; i < old; i++) {
        if (!before[2 * i + 1])
            continue;
        size_t at = before[2 * i] & (count - 1);
        while (slots[2 * at + 1])
            at = (at + 1) & (count - 1);
        memcpy(slots + 2 * at, before + 2 * i, 2 * sizeof(uint32_t));
    }
    PyMem_Free(before);
    return 0;
}

/* The number of a str among `known`; the next one where it is not among them, and *is_new. -1 with an exception. */
static int32_t number_in(PyObject *known, PyObject *word, int *is_new)
{
    if (!PyUnicode_Check(word)) {
        PyErr_SetString(PyExc_TypeError, "words and stems are str");
        return -1;
    }
    PyObject *number = PyDict_GetItemWithError(known, word);
    *is_new = !number;
    if (number)
        return (int32_t)PyLong_AsLong(number);
    return PyErr_Occurred() ? -1 : (int32_t)PyDict_Size(known);
}

/* Let a str be the one with the next number. */
static int enter(PyObject *known, PyObject *spelt, PyObject *word)
{
    PyObject *number = PyLong_FromSsize_t(PyDict_Size(known));
    int failed = !number || PyList_Append(spelt, word) < 0;
    if (!failed && PyDict_SetItem(known, word, number) < 0) {
        PyList_SetSlice(spelt, PyDict_Size(known), PyList_Size(spelt), NULL);
        failed = 1;
    }
    Py_DecRef(number);
    return failed ? -1 : 0;
}

static int32_t stem_number(Lexicon *lexicon, PyObject *stem)
{
    int is_new = 0;
    int32_t number = number_in(lexicon->stems, stem, &is_new);
    if (number < 0 || !is_new)
        return number;
    if (grow(&lexicon->wide, 1) < 0 || grow(&lexicon->stem_seen, 1) < 0 || grow(&lexicon->stem_local, 1) < 0 ||
        enter(lexicon->stems, lexicon->spelt_stems, stem) < 0)
        return -1;
    append(&lexicon->wide, PyUnicode_GetLength(stem) == 1); /* there is room */
    append(&lexicon->stem_seen, 0);
    append(&lexicon->stem_local, 0);
    return number;
}

static int32_t word_number(Lexicon *lexicon, PyObject *word, PyObject *stem, int means)
{
    int is_new = 0;
    int32_t number = number_in(lexicon->words, word, &is_new);
    if (number < 0 || !is_new)
        return number;
    int32_t own = stem_number(lexicon, stem);
    if (own < 0 || grow(&lexicon->stem_of, 1) < 0 || grow(&lexicon->means, 1) < 0 || grow(&lexicon->word_seen, 1) < 0 ||
        grow(&lexicon->word_local, 1) < 0 || enter(lexicon->words, lexicon->spelt, word) < 0)
        return -1;
    append(&lexicon->stem_of, own); /* there is room */
    append(&lexicon->means, means);
    append(&lexicon->word_seen, 0);
    append(&lexicon->word_local, 0);
    return number;
}

/* Keep what Python said of a piece: what `learn` has looked at. */
static int keep(Lexicon *lexicon, const char *piece, Py_ssize_t length, PyObject *said)
{
    PyObject *words = PyTuple_GetItem(said, 0), *stems = PyTuple_GetItem(said, 1), *means = PyTuple_GetItem(said, 2);
    Py_ssize_t count = PyTuple_Size(words), start = lexicon->records.size;
    Py_ssize_t characters = (length + (Py_ssize_t)sizeof(int32_t) - 1) / (Py_ssize_t)sizeof(int32_t);
    long flags = PyLong_AsLong(PyTuple_GetItem(said, 3));
    if (PyErr_Occurred() || grow(&lexicon->records, HEAD + count + characters) < 0 || more_slots(lexicon) < 0 ||
        grow(&lexicon->starts, 1) < 0)
        return -1;
    int32_t head[HEAD] = {(int32_t)lexicon->starts.size, (int32_t)length, (int32_t)count, (int32_t)flags};
    memcpy(lexicon->records.of + start, head, sizeof head);
    for (Py_ssize_t i = 0; i < count; i++) {
        int32_t word = word_number(lexicon, PyTuple_GetItem(words, i), PyTuple_GetItem(stems, i),
                                   PyTuple_GetItem(means, i) == Py_True);
        if (word < 0)
            return -1;
        lexicon->records.of[start + HEAD + i] = word;
    }
    if (length)
        memcpy(lexicon->records.of + start + HEAD + count, piece, (size_t)length);
    lexicon->records.size = start + HEAD + count + characters;
    uint32_t hash = hash_of(piece, length), *slot = slot_of(lexicon, piece, length, hash);
    slot[0] = hash;
    slot[1] = (uint32_t)lexicon->starts.size + 1;
    return append(&lexicon->starts, (int32_t)start);
}

/* Whether `look` has told what is wanted: three tuples of one length, and flags. */
static int is_told(PyObject *said)
{
    int good = PyTuple_Check(said) && PyTuple_Size(said) == 4 && PyLong_Check(PyTuple_GetItem(said, 3));
    for (Py_ssize_t i = 0; good && i < 3; i++)
        good = PyTuple_Check(PyTuple_GetItem(said, i)) &&
               PyTuple_Size(PyTuple_GetItem(said, i)) == PyTuple_Size(PyTuple_GetItem(said, 0));
    if (!good)
        PyErr_SetString(PyExc_TypeError, "of a piece are told words, stems, whether each means something, and flags");
    return good;
}

/* Ask Python what is in a piece. */
static int learn(Lexicon *lexicon, const char *piece, Py_ssize_t length)
{
    PyObject *text = PyUnicode_DecodeUTF8(piece, length, "surrogatepass");
    PyObject *said = text ? PyObject_CallFunctionObjArgs(lexicon->look, text, NULL) : NULL;
    int failed = !said || !is_told(said);
    if (!failed && (!lexicon->slot_count || !slot_of(lexicon, piece, length, hash_of(piece, length))[1]))
        failed = keep(lexicon, piece, length, said) < 0;
    Py_DecRef(text);
    Py_DecRef(said);
    return failed ? -1 : 0;
}

/* Read one text: its pieces, its words, and the flags of any of them. */
static int read_text(Lexicon *lexicon, const char *text, Py_ssize_t size, Numbers *pieces, Numbers *words, int32_t *flags)
{
    for (Py_ssize_t start = 0, end; start <= size; start = end + 1) {
        const char *space = memchr(text + start, ' ', (size_t)(size - start));
        end = space ? space - text : size;
        uint32_t hash = hash_of(text + start, end - start), *slot = NULL;
        if (lexicon->slot_count)
            slot = slot_of(lexicon, text + start, end - start, hash);
        if (!slot || !slot[1]) {
            if (learn(lexicon, text + start, end - start) < 0)
                return -1;
            slot = slot_of(lexicon, text + start, end - start, hash);
        }
        const int32_t *record = lexicon->records.of + lexicon->starts.of[slot[1] - 1];
        if (append(pieces, record[NUMBER]) < 0 || grow(words, record[WORDS]) < 0)
            return -1;
        memcpy(words->of + words->size, record + HEAD, (size_t)record[WORDS] * sizeof(int32_t));
        words->size += record[WORDS];
        *flags |= record[FLAGS];
    }
    return 0;
}

/* The same of a str. */
static int read_str(Lexicon *lexicon, PyObject *text, Numbers *pieces, Numbers *words, int32_t *flags)
{
    Py_ssize_t size = 0;
    char *bytes;
    PyObject *encoded = NULL;
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "texts are str");
        return -1;
    }
    const char *characters = PyUnicode_AsUTF8AndSize(text, &size);
    if (!characters) { /* a lone surrogate */
        PyErr_Clear();
        encoded = PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass");
        if (!encoded || PyBytes_AsStringAndSize(encoded, &bytes, &size) < 0) {
            Py_DecRef(encoded);
            return -1;
        }
        characters = bytes;
    }
    int failed = read_text(lexicon, characters, size, pieces, words, flags);
    Py_DecRef(encoded);
    return failed;
}

static PyObject *lexicon_new(PyTypeObject *type, PyObject *args, PyObject *named)
{
    PyObject *look;
    static char *names[] = {"look", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, named, "O", names, &look))
        return NULL;
    Lexicon *lexicon = PyObject_New(Lexicon, type);
    if (!lexicon)
        return NULL;
    memset((char *)lexicon + sizeof(PyObject), 0, sizeof(Lexicon) - sizeof(PyObject));
    Py_IncRef(look);
    lexicon->look = look;
    lexicon->words = PyDict_New();
    lexicon->stems = PyDict_New();
    lexicon->spelt = PyList_New(0);
    lexicon->spelt_stems = PyList_New(0);
    if (lexicon->words && lexicon->stems && lexicon->spelt && lexicon->spelt_stems)
        return (PyObject *)lexicon;
    Py_DecRef((PyObject *)lexicon);
    return NULL;
}

static void lexicon_free(PyObject *self)
{
    Lexicon *lexicon = (Lexicon *)self;
    PyTypeObject *type = Py_TYPE(self);
    Numbers *numbers[] = {
        &lexicon->records, &lexicon->starts, &lexicon->stem_of, &lexicon->means, &lexicon->wide, &lexicon->word_seen,
        &lexicon->word_local, &lexicon->stem_seen, &lexicon->stem_local,
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        PyMem_Free(numbers[i]->of);
    PyMem_Free(lexicon->slots);
    Py_DecRef(lexicon->look);
    Py_DecRef(lexicon->words);
    Py_DecRef(lexicon->stems);
    Py_DecRef(lexicon->spelt);
    Py_DecRef(lexicon->spelt_stems);
    PyObject_Free(self);
    Py_DecRef((PyObject *)type);
}

/* The words of a text, or their stems, as a tuple of str. */
static PyObject *spelt_in(Lexicon *lexicon, PyObject *text, int as_stems)
{
    Numbers pieces = {0}, words = {0};
    int32_t flags = 0;
    PyObject *result = NULL;
    if (read_str(lexicon, text, &pieces, &words, &flags) == 0)
        result = PyTuple_New(words.size);
    for (Py_ssize_t i = 0; result && i < words.size; i++) {
        PyObject *one = as_stems ? PyList_GetItem(lexicon->spelt_stems, lexicon->stem_of.of[words.of[i]])
                                 : PyList_GetItem(lexicon->spelt, words.of[i]);
        Py_IncRef(one);
        PyTuple_SetItem(result, i, one);
    }
    PyMem_Free(pieces.of);
    PyMem_Free(words.of);
    return result;
}

static PyObject *lexicon_words(PyObject *self, PyObject *text)
{
    return spelt_in((Lexicon *)self, text, 0);
}

static PyObject *lexicon_stems(PyObject *self, PyObject *text)
{
    return spelt_in((Lexicon *)self, text, 1);
}

static PyObject *lexicon_full(PyObject *self, PyObject *nothing)
{
    const Lexicon *lexicon = (Lexicon *)self;
    (void)nothing;
    return PyBool_FromLong(lexicon->starts.size >= MANY || lexicon->stem_of.size >= MANY || lexicon->records.size >= MUCH);
}

/* Pool ------------------------------------------------------------------------------------------------------------*/

/* Words, or stems, of the candidates and, behind them, of the source. */
typedef struct {
    Py_ssize_t distinct;
    Py_ssize_t *starts; /* by text, and the end of the last: where its words are in ids */
    int32_t *ids;       /* numbered anew, from 0 */
    uint8_t *has;       /* by text and word: how often, up to OFTEN */
} Table;

typedef struct {
    PyObject_HEAD
    Lexicon *lexicon;
    Py_ssize_t texts, shown; /* candidates, and those that are not empty */
    int32_t *flags;           /* by text, the source last */
    Numbers pieces;
    Py_ssize_t *first_piece;  /* by text, and the end of the last */
    Table words, stems;
    int32_t *word, *stem; /* of a table: its number in the lexicon */
    int32_t *uses; /* by stem: how many candidates have it */
    uint8_t *empty; /* by candidate */
} Pool;

static PyTypeObject *pool_type; /* made once: the module is not loaded twice */

static void pool_free(PyObject *self)
{
    Pool *pool = (Pool *)self;
    PyTypeObject *type = Py_TYPE(self);
    void *parts[] = {
        pool->pieces.of, pool->first_piece, pool->words.starts, pool->words.ids, pool->words.has, pool->stems.starts, pool->stems.ids,
        pool->stems.has, pool->word, pool->stem, pool->uses, pool->empty, pool->flags,
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        PyMem_Free(parts[i]);
    Py_DecRef((PyObject *)pool->lexicon);
    PyObject_Free(self);
    Py_DecRef((PyObject *)type);
}

static int make_table(Table *table, Py_ssize_t texts, Py_ssize_t words)
{
    table->starts = PyMem_Calloc((size_t)texts + 1, sizeof(Py_ssize_t));
    table->ids = PyMem_Calloc((size_t)words + 1, sizeof(int32_t));
    return table->starts && table->ids ? 0 : -1;
}

/* How often each text has each word. */
static int count_words(Table *table, Py_ssize_t texts)
{
    if (table->distinct && (size_t)texts > (size_t)PY_SSIZE_T_MAX / (size_t)table->distinct)
        return -1;
    table->has = PyMem_Calloc((size_t)texts * (size_t)table->distinct + 1, 1);
    for (Py_ssize_t text = 0; table->has && text < texts; text++) {
        uint8_t *own = table->has + text * table->distinct;
        for (Py_ssize_t i = table->starts[text]; i < table->starts[text + 1]; i++)
            own[table->ids[i]] += own[table->ids[i]] < OFTEN;
    }
    return table->has ? 0 : -1;
}

/* Number a word anew where it is seen for the first time in this pool. */
static int32_t local(int32_t *seen, int32_t *numbers, int32_t serial, int32_t word, Py_ssize_t *distinct)
{
    if (seen[word] != serial) {
        seen[word] = serial;
        numbers[word] = (int32_t)(*distinct)++;
    }
    return numbers[word];
}

/* A number that stands for "just now" in what was seen; the two after it are free, too. */
static int32_t next_serial(Lexicon *lexicon)
{
    if (lexicon->serial > INT32_MAX - 6) { /* begin to count again */
        memset(lexicon->word_seen.of, 0, (size_t)lexicon->word_seen.size * sizeof(int32_t));
        memset(lexicon->stem_seen.of, 0, (size_t)lexicon->stem_seen.size * sizeof(int32_t));
        lexicon->serial = 0;
    }
    return lexicon->serial += 3;
}

/* The tables of words and stems, of the words in `said`; `starts` has a start for each text, and the end. */
static int fill_tables(Pool *pool, const Numbers *said, const Py_ssize_t *starts)
{
    Lexicon *lexicon = pool->lexicon;
    Py_ssize_t texts = pool->texts + 1, end = 0;
    if (make_table(&pool->words, texts, said->size) < 0 || make_table(&pool->stems, texts, said->size) < 0)
        return -1;
    pool->word = PyMem_Calloc((size_t)said->size + 1, sizeof(int32_t));
    pool->stem = PyMem_Calloc((size_t)said->size + 1, sizeof(int32_t));
    if (!pool->word || !pool->stem)
        return -1;
    int32_t serial = next_serial(lexicon);
    for (Py_ssize_t text = 0; text < texts; text++) {
        for (Py_ssize_t i = starts[text]; i < starts[text + 1]; i++) {
            int32_t word = said->of[i], stem = lexicon->stem_of.of[word];
            pool->words.ids[i] =
                local(lexicon->word_seen.of, lexicon->word_local.of, serial, word, &pool->words.distinct);
            pool->word[pool->words.ids[i]] = word;
            if (!lexicon->means.of[word])
                continue;
            pool->stems.ids[end] =
                local(lexicon->stem_seen.of, lexicon->stem_local.of, serial, stem, &pool->stems.distinct);
            pool->stem[pool->stems.ids[end++]] = stem;
        }
        pool->words.starts[text + 1] = starts[text + 1];
        pool->stems.starts[text + 1] = end;
    }
    if (count_words(&pool->words, texts) < 0 || count_words(&pool->stems, texts) < 0)
        return -1;
    pool->uses = PyMem_Calloc((size_t)pool->stems.distinct + 1, sizeof(int32_t));
    for (Py_ssize_t text = 0; pool->uses && text < pool->texts; text++) {
        const uint8_t *own = pool->stems.has + text * pool->stems.distinct;
        for (Py_ssize_t id = 0; id < pool->stems.distinct; id++)
            pool->uses[id] += own[id] != 0;
    }
    return pool->uses ? 0 : -1;
}

/* Read the candidates and the source. */
static int read_all(Pool *pool, PyObject *source, PyObject *texts, Numbers *said, Py_ssize_t *starts)
{
    for (Py_ssize_t text = 0; text <= pool->texts; text++) {
        PyObject *one = text < pool->texts ? PyTuple_GetItem(texts, text) : source;
        if (read_str(pool->lexicon, one, &pool->pieces, said, &pool->flags[text]) < 0)
            return -1;
        starts[text + 1] = said->size;
        pool->first_piece[text + 1] = pool->pieces.size;
        if (text < pool->texts) {
            pool->empty[text] = PyUnicode_GetLength(one) == 0;
            pool->shown += !pool->empty[text];
        }
    }
    return 0;
}

static PyObject *lexicon_pool(PyObject *self, PyObject *const *args, Py_ssize_t given)
{
    if (given != 2 || !PyTuple_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "a source and a tuple of texts are wanted");
        return NULL;
    }
    Pool *pool = PyObject_New(Pool, pool_type);
    if (!pool)
        return NULL;
    memset((char *)pool + sizeof(PyObject), 0, sizeof(Pool) - sizeof(PyObject));
    Py_IncRef(self);
    pool->lexicon = (Lexicon *)self;
    pool->texts = PyTuple_Size(args[1]);
    pool->empty = PyMem_Calloc((size_t)pool->texts + 1, 1);
    pool->flags = PyMem_Calloc((size_t)pool->texts + 1, sizeof(int32_t));
    pool->first_piece = PyMem_Calloc((size_t)pool->texts + 2, sizeof(Py_ssize_t));
    Numbers said = {0};
    Py_ssize_t *starts = PyMem_Calloc((size_t)pool->texts + 2, sizeof(Py_ssize_t));
    int made = pool->empty && pool->flags && pool->first_piece && starts && read_all(pool, args[0], args[1], &said, starts) == 0 &&
               fill_tables(pool, &said, starts) == 0;
    PyMem_Free(said.of);
    PyMem_Free(starts);
    if (made)
        return (PyObject *)pool;
    if (!PyErr_Occurred())
        PyErr_NoMemory();
    Py_DecRef((PyObject *)pool);
    return NULL;
}

/* What a number is for each of some texts, as a tuple. */
static PyObject *each(const Pool *pool, Py_ssize_t texts, Py_ssize_t (*number)(const Pool *pool, Py_ssize_t text))
{
    PyObject *result = PyTuple_New(texts);
    for (Py_ssize_t text = 0; result && text < texts; text++) {
        PyObject *one = PyLong_FromSsize_t(number(pool, text));
        if (!one || PyTuple_SetItem(result, text, one) < 0) {
            Py_DecRef(result);
            return NULL;
        }
    }
    return result;
}

static Py_ssize_t size_of(const Pool *pool, Py_ssize_t text)
{
    return pool->words.starts[text + 1] - pool->words.starts[text];
}

static Py_ssize_t different(const Pool *pool, Py_ssize_t text)
{
    Py_ssize_t count = 0;
    const uint8_t *own = pool->words.has + text * pool->words.distinct;
    for (Py_ssize_t id = 0; id < pool->words.distinct; id++)
        count += own[id] != 0;
    return count;
}

static int is_common(const Pool *pool, Py_ssize_t id)
{
    return pool->uses[id] && 3 * (int64_t)pool->uses[id] >= 2 * (int64_t)(pool->shown - 1);
}

static int is_new(const Pool *pool, Py_ssize_t id)
{
    return pool->uses[id] == 1 && !pool->stems.has[pool->texts * pool->stems.distinct + id];
}

static Py_ssize_t lacking_of(const Pool *pool, Py_ssize_t text)
{
    Py_ssize_t count = 0;
    const uint8_t *own = pool->stems.has + text * pool->stems.distinct;
    for (Py_ssize_t id = 0; id < pool->stems.distinct; id++)
        count += !own[id] && is_common(pool, id);
    return pool->empty[text] ? 0 : count;
}

static Py_ssize_t added_of(const Pool *pool, Py_ssize_t text)
{
    Py_ssize_t count = 0;
    const uint8_t *own = pool->stems.has + text * pool->stems.distinct;
    for (Py_ssize_t id = 0; id < pool->stems.distinct; id++)
        count += own[id] && is_new(pool, id);
    return count;
}

static Py_ssize_t flags_of(const Pool *pool, Py_ssize_t text)
{
    return pool->flags[text];
}

static Py_ssize_t recurring_of(const Pool *pool, Py_ssize_t text)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t i = pool->words.starts[text]; i < pool->words.starts[text + 1]; i++)
        count += pool->words.has[text * pool->words.distinct + pool->words.ids[i]] >= OFTEN;
    return count;
}

static PyObject *flags(PyObject *self, PyObject *nothing)
{
    (void)nothing;
    return each((Pool *)self, ((Pool *)self)->texts + 1, flags_of);
}

static PyObject *sizes(PyObject *self, PyObject *nothing)
{
    (void)nothing;
    return each((Pool *)self, ((Pool *)self)->texts, size_of);
}

static PyObject *recurring(PyObject *self, PyObject *nothing)
{
    (void)nothing;
    return each((Pool *)self, ((Pool *)self)->texts, recurring_of);
}

static PyObject *lacking(PyObject *self, PyObject *nothing)
{
    (void)nothing;
    return each((Pool *)self, ((Pool *)self)->texts, lacking_of);
}

static PyObject *added(PyObject *self, PyObject *nothing)
{
    (void)nothing;
    return each((Pool *)self, ((Pool *)self)->texts, added_of);
}

static int append_to(PyObject *list, Py_ssize_t number)
{
    PyObject *one = PyLong_FromSsize_t(number);
    int failed = !one || PyList_Append(list, one) < 0;
    Py_DecRef(one);
    return failed ? -1 : 0;
}

/* Whether two candidates have that share of their words in common. */
static int alike(const Pool *pool, Py_ssize_t one, Py_ssize_t other, Py_ssize_t both, double share)
{
    const uint8_t *ours = pool->words.has + one * pool->words.distinct;
    const uint8_t *theirs = pool->words.has + other * pool->words.distinct;
    Py_ssize_t common = 0;
    for (Py_ssize_t id = 0; id < pool->words.distinct; id++)
        common += ours[id] && theirs[id];
    return common && (double)(2 * common) / (double)both >= share;
}

/* The same of two texts by their stems; they may be of two pools. */
static int alike_in_stems(const Pool *pool, Py_ssize_t one, const Pool *near, Py_ssize_t other, double share)
{
    Lexicon *lexicon = pool->lexicon;
    int32_t ours = next_serial(lexicon), both = ours + 1, theirs = ours + 2, *seen = lexicon->stem_seen.of;
    Py_ssize_t own = 0, common = 0, rest = 0;
    for (Py_ssize_t i = pool->words.starts[one]; i < pool->words.starts[one + 1]; i++) {
        int32_t stem = lexicon->stem_of.of[pool->word[pool->words.ids[i]]];
        own += seen[stem] != ours;
        seen[stem] = ours;
    }
    for (Py_ssize_t i = near->words.starts[other]; i < near->words.starts[other + 1]; i++) {
        int32_t stem = lexicon->stem_of.of[near->word[near->words.ids[i]]];
        common += seen[stem] == ours;
        rest += seen[stem] < ours;
        seen[stem] = seen[stem] == ours ? both : seen[stem] < ours ? theirs : seen[stem];
    }
    return common && (double)(2 * common) / (double)(own + common + rest) >= share;
}

static PyObject *like(PyObject *self, PyObject *args)
{
    const Pool *pool = (Pool *)self;
    Py_ssize_t text;
    PyObject *given;
    double share;
    if (!PyArg_ParseTuple(args, "nO!d", &text, pool_type, &given, &share))
        return NULL;
    const Pool *near = (Pool *)given;
    if (text < 0 || text >= pool->texts) {
        PyErr_SetString(PyExc_IndexError, "there is no such text");
        return NULL;
    }
    int found = near->lexicon != pool->lexicon; /* nobody can tell then */
    for (Py_ssize_t other = 0; other < near->texts && !found; other++)
        found = alike_in_stems(pool, text, near, other, share);
    return PyBool_FromLong(found);
}

static PyObject *apart(PyObject *self, PyObject *argument)
{
    const Pool *pool = (Pool *)self;
    double share = PyFloat_AsDouble(argument);
    if (share == -1.0 && PyErr_Occurred())
        return NULL;
    uint8_t *near = PyMem_Calloc((size_t)pool->texts + 1, 1);
    Py_ssize_t *counts = PyMem_Calloc((size_t)pool->texts + 1, sizeof(Py_ssize_t));
    PyObject *found = near && counts ? PyList_New(0) : PyErr_NoMemory();
    for (Py_ssize_t text = 0; found && text < pool->texts; text++)
        counts[text] = different(pool, text);
    for (Py_ssize_t one = 0; found && one < pool->texts; one++)
        for (Py_ssize_t other = 0; other < pool->texts && !near[one]; other++)
            if (other != one && alike(pool, one, other, counts[one] + counts[other], share))
                near[one] = near[other] = 1;
    for (Py_ssize_t one = 0; found && one < pool->texts; one++) {
        for (Py_ssize_t other = 0; other < pool->texts && !near[one]; other++)
            near[one] = other != one && alike_in_stems(pool, one, pool, other, share);
        if (!near[one] && append_to(found, one) < 0) {
            Py_DecRef(found);
            found = NULL;
        }
    }
    PyMem_Free(near);
    PyMem_Free(counts);
    return found;
}

static PyObject *doubled(PyObject *self, PyObject *nothing)
{
    const Pool *pool = (Pool *)self;
    PyObject *found = PyList_New(0);
    (void)nothing;
    for (Py_ssize_t text = 0; found && text < pool->texts; text++) {
        int is_doubled = 0;
        for (Py_ssize_t i = pool->words.starts[text] + 1; i < pool->words.starts[text + 1]; i++)
            is_doubled |= pool->words.ids[i] == pool->words.ids[i - 1];
        if (is_doubled && append_to(found, text) < 0) {
            Py_DecRef(found);
            return NULL;
        }
    }
    return found;
}

static PyObject *left(PyObject *self, PyObject *argument)
{
    const Pool *pool = (Pool *)self;
    Py_ssize_t most = PyLong_AsSsize_t(argument);
    if (most == -1 && PyErr_Occurred())
        return NULL;
    const uint8_t *source = pool->words.has + pool->texts * pool->words.distinct;
    PyObject *found = PyList_New(0);
    for (Py_ssize_t text = 0; found && text < pool->texts; text++) {
        Py_ssize_t run = 0, longest = 0;
        for (Py_ssize_t i = pool->words.starts[text]; i < pool->words.starts[text + 1]; i++) {
            run = source[pool->words.ids[i]] ? run + 1 : 0;
            longest = run > longest ? run : longest;
        }
        if (longest >= most && append_to(found, text) < 0) {
            Py_DecRef(found);
            return NULL;
        }
    }
    return found;
}

/* Gaps ------------------------------------------------------------------------------------------------------------*/

/* A search for the gaps of one text: words that the others have and it lacks, or that it has and they lack. */
typedef struct {
    const Pool *pool;
    Py_ssize_t own;
    int added;
    int64_t word; /* the weight of one word; all weights are whole parts of it */
    double least;
    Py_ssize_t longest; /* words of a text */
    int32_t *room;      /* ROOM arrays of that length, and one of all words */
} Search;

#define ROOM 5

typedef struct {
    int64_t weight; /* 0: there is none */
    Py_ssize_t text, first, last;
} Gap;

static const int32_t *stems_of(const Pool *pool, Py_ssize_t text, Py_ssize_t *count)
{
    *count = pool->stems.starts[text + 1] - pool->stems.starts[text];
    return pool->stems.ids + pool->stems.starts[text];
}

/* The weight of a word as part of a gap: 0 where it is of no account. */
static int64_t weight_of(const Search *search, Py_ssize_t id)
{
    const Pool *pool = search->pool;
    int there = pool->stems.has[search->own * pool->stems.distinct + id] != 0;
    if (search->added)
        return there && is_new(pool, id) ? search->word : 0;
    return there || !pool->uses[id] ? 0 : search->word / 4 + 3 * (int64_t)(pool->uses[id] - 1);
}

static int enough(const Search *search, int64_t weight)
{
    return (double)weight / (double)search->word >= search->least;
}

/* The most weight of a text between words that all texts have. */
static int64_t densest(const Search *search, Py_ssize_t text)
{
    const Pool *pool = search->pool;
    int64_t most = 0, weight = 0;
    Py_ssize_t count;
    const int32_t *ids = stems_of(pool, text, &count);
    for (Py_ssize_t i = 0; i < count; i++) {
        weight = pool->uses[ids[i]] == pool->shown ? 0 : weight + weight_of(search, ids[i]);
        most = weight > most ? weight : most;
    }
    return most;
}

/* First place among the ends that is not below `there`. */
static Py_ssize_t place_in(const int32_t *ends, Py_ssize_t count, int32_t there)
{
    Py_ssize_t low = 0, high = count;
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (ends[middle] < there)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Most pairs of places of the same word that are in order in both texts, in here[] and there[]; how many. */
static Py_ssize_t held(const Search *search, Py_ssize_t one, Py_ssize_t other, int32_t *here, int32_t *there)
{
    const Pool *pool = search->pool;
    int32_t *ends = there + search->longest, *last = ends + search->longest, *before = last + search->longest;
    int32_t *place = before + search->longest;
    const uint8_t *single = pool->stems.has + one * pool->stems.distinct;
    const uint8_t *theirs = pool->stems.has + other * pool->stems.distinct;
    Py_ssize_t pairs = 0, best = 0, count, other_count;
    const int32_t *ids = stems_of(pool, one, &count), *other_ids = stems_of(pool, other, &other_count);
    for (Py_ssize_t i = 0; i < other_count; i++)
        place[other_ids[i]] = (int32_t)i;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (single[ids[i]] != 1 || theirs[ids[i]] != 1)
            continue;
        here[pairs] = (int32_t)i;
        there[pairs] = place[ids[i]];
        Py_ssize_t length = place_in(ends, best, there[pairs]);
        before[pairs] = length ? last[length - 1] : -1;
        ends[length] = there[pairs];
        last[length] = (int32_t)pairs++;
        best = length == best ? best + 1 : best;
    }
    /* Back from the last pair; then each pair moves forward, to a place that is not read any more. */
    Py_ssize_t number = best ? last[best - 1] : -1;
    for (Py_ssize_t end = best; end > 0; number = before[number])
        last[--end] = (int32_t)number;
    for (Py_ssize_t i = 0; i < best; i++) {
        here[i] = here[last[i]];
        there[i] = there[last[i]];
    }
    return best;
}

/* Let a gap of `other` be the best one, if it is: words `from` to `end` of it stand where `instead` words of ours do. */
static void weigh(const Search *search, Py_ssize_t other, Py_ssize_t from, Py_ssize_t end, Py_ssize_t instead, Gap *best)
{
    Py_ssize_t count, first = -1, last = -1;
    const int32_t *ids = stems_of(search->pool, other, &count);
    int64_t weight = -(search->word / 2) * (int64_t)instead;
    for (Py_ssize_t i = from; i < end; i++) {
        int64_t more = weight_of(search, ids[i]);
        weight += more;
        if (more) {
            first = first < 0 ? i : first;
            last = i;
        }
    }
    if (weight > best->weight && enough(search, weight) && 3 * instead <= 2 * (end - from)) {
        Gap found = {weight, other, first, last + 1};
        *best = found;
    }
}

/* The heaviest gap that `other` fills and `one` does not, if it weighs enough. */
static Gap heaviest(const Search *search, Py_ssize_t one, Py_ssize_t other)
{
    Py_ssize_t our_count, their_count, here = 0, there = 0;
    const int32_t *ours = stems_of(search->pool, one, &our_count);
    const int32_t *theirs = stems_of(search->pool, other, &their_count);
    int32_t *held_here = search->room, *held_there = held_here + search->longest;
    Py_ssize_t count = held(search, one, other, held_here, held_there);
    Gap best = {0, other, 0, 0};
    for (Py_ssize_t i = 0; i <= count; i++) {
        Py_ssize_t next_here = i < count ? held_here[i] : our_count, until = next_here;
        Py_ssize_t next_there = i < count ? held_there[i] : their_count, end = next_there;
        while (here < until && there < end && ours[here] == theirs[there])
            here++, there++;
        while (here < until && there < end && ours[until - 1] == theirs[end - 1])
            until--, end--;
        if (there < end)
            weigh(search, other, there, end, until - here, &best);
        here = next_here + 1;
        there = next_there + 1;
    }
    return best;
}

/* Gaps by weight; those of the same weight stay in their order. */
static void insert(Gap *found, Py_ssize_t count, Gap gap)
{
    while (count > 0 && found[count - 1].weight > gap.weight) {
        found[count] = found[count - 1];
        count--;
    }
    found[count] = gap;
}

/* The lightest gap that two thirds of the others have at least; of no weight where there is none. */
static Gap of_most(const Search *search, Gap *found)
{
    const Pool *pool = search->pool;
    Py_ssize_t others = pool->shown - 1, may_lack = others / 3, count = 0, seen = 0;
    Gap none = {0, 0, 0, 0};
    int64_t own = search->added ? densest(search, search->own) : 0;
    for (Py_ssize_t text = 0; text < pool->texts; text++) {
        if (text == search->own || pool->empty[text])
            continue;
        Gap gap = none;
        if (enough(search, search->added ? own : densest(search, text)))
            gap = search->added ? heaviest(search, text, search->own) : heaviest(search, search->own, text);
        seen++;
        if (gap.weight)
            insert(found, count++, gap);
        else if (seen - count > may_lack)
            return none;
    }
    return found[may_lack - others + count];
}

/* A search in one text of three or more. */
static int searching(Search *search, const Pool *pool)
{
    if (search->own < 0 || search->own >= pool->texts || pool->empty[search->own] || pool->shown < 3) {
        PyErr_SetString(PyExc_ValueError, "gaps are looked for in one of three texts or more");
        return 0;
    }
    search->pool = pool;
    search->word = 4 * (int64_t)(pool->shown - 2);
    return 1;
}

static PyObject *gap(PyObject *self, PyObject *args)
{
    const Pool *pool = (Pool *)self;
    Search search = {0};
    if (!PyArg_ParseTuple(args, "npd", &search.own, &search.added, &search.least) || !searching(&search, pool))
        return NULL;
    if (!(search.least > 0)) {
        PyErr_SetString(PyExc_ValueError, "a gap weighs something");
        return NULL;
    }
    for (Py_ssize_t text = 0, count; text < pool->texts; text++) {
        stems_of(pool, text, &count);
        search.longest = count > search.longest ? count : search.longest;
    }
    Gap *found = PyMem_Calloc((size_t)pool->texts, sizeof(Gap)), best = {0, 0, 0, 0};
    search.room = PyMem_Calloc((size_t)(ROOM * search.longest + pool->stems.distinct + 1), sizeof(int32_t));
    int failed = !found || !search.room;
    if (!failed)
        best = of_most(&search, found);
    PyMem_Free(found);
    PyMem_Free(search.room);
    if (failed)
        return PyErr_NoMemory();
    if (!best.weight) {
        Py_IncRef(Py_None);
        return Py_None;
    }
    return Py_BuildValue("(dnnn)", (double)best.weight / (double)search.word, best.text, best.first, best.last);
}

/* Whether one of the words that count in a gap is a single character. */
static PyObject *wide(PyObject *self, PyObject *args)
{
    const Pool *pool = (Pool *)self;
    Search search = {0};
    if (!PyArg_ParseTuple(args, "np", &search.own, &search.added) || !searching(&search, pool))
        return NULL;
    for (Py_ssize_t id = 0; id < pool->stems.distinct; id++)
        if (pool->lexicon->wide.of[pool->stem[id]] && weight_of(&search, id))
            return PyBool_FromLong(1);
    return PyBool_FromLong(0);
}

/* Marks -----------------------------------------------------------------------------------------------------------*/

/* What something says of pieces, as bits, by the numbers of a lexicon. */
typedef struct {
    PyObject_HEAD
    PyObject *look; /* piece -> bits */
    Lexicon *lexicon;
    uint64_t *bits;
    uint8_t *known;
    Py_ssize_t room;
} Marks;

static PyObject *marks_new(PyTypeObject *type, PyObject *args, PyObject *named)
{
    PyObject *look;
    static char *names[] = {"look", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, named, "O", names, &look))
        return NULL;
    Marks *marks = PyObject_New(Marks, type);
    if (!marks)
        return NULL;
    memset((char *)marks + sizeof(PyObject), 0, sizeof(Marks) - sizeof(PyObject));
    Py_IncRef(look);
    marks->look = look;
    return (PyObject *)marks;
}

static void marks_free(PyObject *self)
{
    Marks *marks = (Marks *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyMem_Free(marks->bits);
    PyMem_Free(marks->known);
    Py_DecRef(marks->look);
    Py_DecRef((PyObject *)marks->lexicon);
    PyObject_Free(self);
    Py_DecRef((PyObject *)type);
}

/* Room for what is known of all pieces of a lexicon; of another lexicon nothing is known. */
static int room_for(Marks *marks, Lexicon *lexicon)
{
    Py_ssize_t size = lexicon->starts.size;
    if (marks->lexicon == lexicon && size <= marks->room)
        return 0;
    Py_ssize_t room = size <= marks->room ? marks->room : 2 * size;
    uint64_t *bits = PyMem_Realloc(marks->bits, (size_t)room * sizeof(uint64_t));
    if (!bits)
        return PyErr_NoMemory(), -1;
    marks->bits = bits;
    uint8_t *known = PyMem_Realloc(marks->known, (size_t)room);
    if (!known)
        return PyErr_NoMemory(), -1;
    marks->known = known;
    if (marks->lexicon != lexicon) {
        Lexicon *before = marks->lexicon;
        Py_IncRef((PyObject *)lexicon);
        marks->lexicon = lexicon;
        marks->room = 0;
        Py_DecRef((PyObject *)before);
    }
    memset(known + marks->room, 0, (size_t)(room - marks->room));
    marks->room = room;
    return 0;
}

/* The characters of a piece. */
static PyObject *piece_str(const Lexicon *lexicon, int32_t piece)
{
    const int32_t *record = lexicon->records.of + lexicon->starts.of[piece];
    return PyUnicode_DecodeUTF8((const char *)(record + HEAD + record[WORDS]), record[LENGTH], "surrogatepass");
}

/* Ask what a piece says. */
static int ask(Marks *marks, int32_t piece, uint64_t *bits)
{
    Lexicon *lexicon = marks->lexicon;
    PyObject *text = piece_str(lexicon, piece);
    PyObject *said = text ? PyObject_CallFunctionObjArgs(marks->look, text, NULL) : NULL;
    *bits = said ? PyLong_AsUnsignedLongLong(said) : 0;
    int failed = !said || (*bits == (uint64_t)-1 && PyErr_Occurred());
    Py_DecRef(text);
    Py_DecRef(said);
    if (!failed && marks->lexicon == lexicon) { /* who was asked may have used this, too */
        marks->bits[piece] = *bits;
        marks->known[piece] = 1;
    }
    return failed ? -1 : 0;
}

/* What is known of a piece, by its place in a pool. */
static int known_of(Marks *marks, const Pool *pool, Py_ssize_t place, uint64_t *bits)
{
    if (room_for(marks, pool->lexicon) < 0)
        return -1;
    int32_t piece = pool->pieces.of[place];
    *bits = marks->bits[piece];
    return marks->known[piece] ? 0 : ask(marks, piece, bits);
}

static const Pool *pool_in(PyObject *const *args, Py_ssize_t given)
{
    if (given == 2 && Py_IS_TYPE(args[0], pool_type))
        return (const Pool *)args[0];
    PyErr_SetString(PyExc_TypeError, "a pool is wanted, and whether its source is meant");
    return NULL;
}

static PyObject *marks_of(PyObject *self, PyObject *const *args, Py_ssize_t given)
{
    const Pool *pool = pool_in(args, given);
    uint64_t all = 0, bits;
    if (!pool)
        return NULL;
    int source = args[1] == Py_True;
    Py_ssize_t end = pool->first_piece[pool->texts + source];
    for (Py_ssize_t i = source ? pool->first_piece[pool->texts] : 0; i < end; i++) {
        if (known_of((Marks *)self, pool, i, &bits) < 0)
            return NULL;
        all |= bits;
    }
    return PyLong_FromUnsignedLongLong(all);
}

static PyObject *marked_in(Marks *marks, const Pool *pool, Py_ssize_t text)
{
    PyObject *found = PyList_New(0);
    for (Py_ssize_t i = pool->first_piece[text]; found && i < pool->first_piece[text + 1]; i++) {
        uint64_t bits = 0;
        int failed = known_of(marks, pool, i, &bits) < 0;
        PyObject *piece = bits && !failed ? piece_str(pool->lexicon, pool->pieces.of[i]) : NULL;
        if (failed || (bits && (!piece || PyList_Append(found, piece) < 0))) {
            Py_DecRef(found);
            found = NULL;
        }
        Py_DecRef(piece);
    }
    return found;
}

static PyObject *marks_marked(PyObject *self, PyObject *const *args, Py_ssize_t given)
{
    const Pool *pool = pool_in(args, given);
    if (!pool)
        return NULL;
    Py_ssize_t first = args[1] == Py_True ? pool->texts : 0, end = args[1] == Py_True ? first + 1 : pool->texts;
    PyObject *result = PyTuple_New(end - first);
    for (Py_ssize_t text = first; result && text < end; text++) {
        PyObject *found = marked_in((Marks *)self, pool, text);
        if (!found || PyTuple_SetItem(result, text - first, found) < 0) {
            Py_DecRef(result);
            return NULL;
        }
    }
    return result;
}

/* Module ----------------------------------------------------------------------------------------------------------*/

#define FAST(function) (PyCFunction)(void (*)(void)) function

static PyMethodDef lexicon_methods[] = {
    {"pool", FAST(lexicon_pool), METH_FASTCALL, "pool(source, texts): see mtqa/checks/lexicon.py."},
    {"words", lexicon_words, METH_O, "words(text): see mtqa/checks/lexicon.py."},
    {"stems", lexicon_stems, METH_O, "stems(text): see mtqa/checks/lexicon.py."},
    {"full", lexicon_full, METH_NOARGS, "full(): see mtqa/checks/lexicon.py."},
    {NULL, NULL, 0, NULL},
};
static PyMethodDef marks_methods[] = {
    {"of", FAST(marks_of), METH_FASTCALL, "of(pool, source): see mtqa/checks/lexicon.py."},
    {"marked", FAST(marks_marked), METH_FASTCALL, "marked(pool, source): see mtqa/checks/lexicon.py."},
    {NULL, NULL, 0, NULL},
};
static PyMethodDef pool_methods[] = {
    {"flags", flags, METH_NOARGS, "flags(): see mtqa/checks/pool.py."},
    {"sizes", sizes, METH_NOARGS, "sizes(): see mtqa/checks/pool.py."},
    {"recurring", recurring, METH_NOARGS, "recurring(): see mtqa/checks/pool.py."},
    {"doubled", doubled, METH_NOARGS, "doubled(): see mtqa/checks/pool.py."},
    {"apart", apart, METH_O, "apart(share): see mtqa/checks/pool.py."},
    {"like", like, METH_VARARGS, "like(text, near, share): see mtqa/checks/pool.py."},
    {"left", left, METH_O, "left(words): see mtqa/checks/pool.py."},
    {"lacking", lacking, METH_NOARGS, "lacking(): see mtqa/checks/pool.py."},
    {"added", added, METH_NOARGS, "added(): see mtqa/checks/pool.py."},
    {"wide", wide, METH_VARARGS, "wide(text, added): see mtqa/checks/pool.py."},
    {"gap", gap, METH_VARARGS, "gap(text, added, least): see mtqa/checks/pool.py."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot lexicon_slots[] = {
    {Py_tp_new, lexicon_new}, {Py_tp_dealloc, lexicon_free}, {Py_tp_methods, lexicon_methods}, {0, NULL},
};
static PyType_Slot marks_slots[] = {
    {Py_tp_new, marks_new}, {Py_tp_dealloc, marks_free}, {Py_tp_methods, marks_methods}, {0, NULL},
};
static PyType_Slot pool_slots[] = {{Py_tp_dealloc, pool_free}, {Py_tp_methods, pool_methods}, {0, NULL}};

static PyType_Spec specs[] = {
    {"mtqa.checks._words.Lexicon", sizeof(Lexicon), 0, Py_TPFLAGS_DEFAULT, lexicon_slots},
    {"mtqa.checks._words.Marks", sizeof(Marks), 0, Py_TPFLAGS_DEFAULT, marks_slots},
    {"mtqa.checks._words.Pool", sizeof(Pool), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, pool_slots},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_words", "The words of texts, compiled.", -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__words(void)
{
    static const char *names[] = {"Lexicon", "Marks", "Pool"};
    PyObject *module = PyModule_Create(&definition);
    for (size_t i = 0; module && i < sizeof specs / sizeof *specs; i++) {
        PyObject *type = PyType_FromSpec(&specs[i]);
        if (!type || PyModule_AddObjectRef(module, names[i], type) < 0) {
            Py_DecRef(type);
            Py_DecRef(module);
            return NULL;
        }
        if (i == 2)
            pool_type = (PyTypeObject *)type; /* its reference is kept */
        else
            Py_DecRef(type);
    }
    return module;
}
