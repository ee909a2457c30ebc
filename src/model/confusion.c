/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The methods with a confusion matrix for each worker. Notation of all: C_w(l,k) = sum of z_t(k)
 * over w's answers l, n_w his answers, N all answers, K classes, T tasks. Weight of a worker:
 * expected share of right answers, sum_k C_w(k,k) / n_w (shrunk: (h + 5 m) / (n + 5)).
 *
 * Dawid-Skene (Dawid and Skene 1979), as Crowd-Kit 1.4.1 computes it:
 *   start z_t(k) = c_t(k) / n_t; e_w(l|k) = max(C_w(l,k), 1e-10) / sum over the labels that w used;
 *   z_t(k) ~ max(p(k), 1e-10) prod e_w(l|k), p = mean z; after each round
 *   loss = (1/N) {sum over answers sum_k z_t(k) [ln e_w(l|k) + ln p(k)] - sum z ln z};
 *   stop when it rises by less than 1e-5 or after 100 rounds. (The loss counts ln p once for each
 *   answer, so it is no bound; `converged` stops on max |dz| < 1e-5, at most 200 rounds.)
 * Shrunk variational Dawid-Skene:
 *   a_t(k) = (c_t(k) + .01) / sum, start z = a; h_w = sum_k C_w(k,k); m = clip(sum h / N, 1/K +
 *   .02, .99); p_w = (h_w + 5 m) / (n_w + 5); O_w(l,k) = p_w if l = k, else (1 - p_w) / (K - 1);
 *   P(l,k) = (sum_w C_w(l,k) + [l = k] + .1) / same summed over l; A_w = C_w + 5 O_w + 5 P;
 *   S_w(l,k) = psi(A_w(l,k)) - psi(sum_l A_w(l,k)); pi(k) = (sum_t z_t(k) + 1) / (T + K);
 *   z_t(k) ~ a_t(k) pi(k) exp(sum over answers of S_w(l,k)); stop at max |dz| < 1e-3 or 60 rounds.
 * IBCC (Kim and Ghahramani 2012): A_w = C_w + 1 + 3 [l = k], ln pi = psi(sum z + 1), start from
 * the votes.
 */
#include "model/confusion_in.h"
#include "os/os.h"

enum {
	SHARD_ANSWERS = 200000,	     /* less is done in one part */
	SHARD_CELLS = 2000000,	     /* a larger table is not kept twice: memory before time */
	DOUBLE_WORK = 16000000,	     /* answers x classes up to here in double */
	DOUBLE_CELLS = 8000000,	     /* workers x classes x classes up to here in double */
	FLOAT_ANSWERS_MAX = 1 << 22, /* of one worker: a float count must still feel an answer */
};

struct confusion {
	const struct model_answers *a;
	int32_t shards;
	bool is_double, is_odds; /* is_odds: one cell for each key */
	struct confusion_shard shard[MODEL_SHARDS];
	void *table;
	size_t cells;	    /* of one table */
	uint32_t *said;	    /* answers of each (worker, label) */
	double *classes_of; /* sum of posteriors */
	double *base;
	double *column; /* counts of one worker for one truth, by label */
	double *pooled; /* C summed over workers, [l * K + k] */
	double entropy, moved;
};

static size_t cell_size(const struct confusion *m)
{
	return m->is_double ? sizeof(double) : sizeof(float);
}

/* The first task at or after which half of the answers lie. */
static int32_t middle(const struct model_answers *a)
{
	int32_t low = 0, high = a->tasks;

	while (low < high) {
		int32_t t = low + (high - low) / 2;

		if (a->from[t] < a->from[a->tasks] / 2)
			low = t + 1;
		else
			high = t;
	}
	return low;
}

static void make(struct arena *mem, const struct model_answers *a, struct model_fit *fit,
		 struct confusion *m)
{
	const size_t classes = (size_t)a->classes, rows = (size_t)a->workers * classes;
	const int64_t answers = a->from[a->tasks];
	uint32_t most = 0;

	*m = (struct confusion){ .a = a };
	m->shards = answers < SHARD_ANSWERS || rows * classes > SHARD_CELLS ? 1 : MODEL_SHARDS;
	m->said = NEW_MANY(mem, uint32_t, rows);
	for (int64_t i = 0; i < answers; i++)
		m->said[a->key[i]]++;
	for (size_t i = 0; i < rows; i++)
		most = m->said[i] > most ? m->said[i] : most;
	m->is_double = most > FLOAT_ANSWERS_MAX ||
		       (answers * a->classes <= DOUBLE_WORK && rows * classes <= DOUBLE_CELLS);
	m->is_odds = !m->is_double && classes == 2;
	m->cells = m->is_odds ? rows : rows * classes;
	m->table = arena_take_many(mem, m->cells + CONFUSION_PAD, cell_size(m));
	m->classes_of = NEW_MANY(mem, double, classes);
	m->base = NEW_MANY(mem, double, classes);
	m->column = NEW_MANY(mem, double, classes);
	m->pooled = NEW_MANY(mem, double, classes *classes);
	for (int i = 0; i < m->shards; i++)
		m->shard[i] = (struct confusion_shard){
			.answers = a,
			.task = i == 0 ? 0 : middle(a),
			.task_end = i == m->shards - 1 ? a->tasks : middle(a),
			.base = m->base,
			.count = arena_take_many(mem, m->cells + CONFUSION_PAD, cell_size(m)),
			.scratch = arena_take(mem, confusion_scratch(a->classes)),
			.class_sum = NEW_MANY(mem, double, classes),
			.fit = fit,
		};
}

static void run_double(void *shard)
{
	confusion_pass_double(shard);
}

static void run_float(void *shard)
{
	confusion_pass_float(shard);
}

static void run_odds(void *shard)
{
	confusion_pass_odds(shard);
}

static void add_shard(struct confusion *m, const struct confusion_shard *s)
{
	m->entropy += s->entropy;
	m->moved = fmax(m->moved, s->moved);
	for (int32_t k = 0; k < m->a->classes; k++)
		m->classes_of[k] += s->class_sum[k];
	if (s == m->shard)
		return;
	if (m->is_double)
		for (size_t i = 0; i < m->cells; i++)
			((double *)m->shard->count)[i] += ((const double *)s->count)[i];
	else
		for (size_t i = 0; i < m->cells; i++)
			((float *)m->shard->count)[i] += ((const float *)s->count)[i];
}

/* All shards, and their sums in their order; the counts are then those of the first. */
static void run(struct arena *mem, struct confusion *m, bool start, int threads)
{
	struct arena_mark mark = arena_mark(mem);
	void (*body)(void *) = m->is_double ? run_double : m->is_odds ? run_odds : run_float;
	struct os_thread *helper[MODEL_SHARDS] = { 0 };
	size_t classes = (size_t)m->a->classes;

	for (int i = m->shards - 1; i >= 0; i--) {
		struct confusion_shard *s = &m->shard[i];

		s->table = start ? NULL : m->table;
		s->entropy = s->moved = 0;
		memset(s->count, 0, m->cells * cell_size(m));
		memset(s->class_sum, 0, classes * sizeof(double));
		if (i > 0 && threads > 1)
			helper[i] = os_thread_start(mem, "model", body, s);
	}
	for (int i = 0; i < m->shards; i++)
		if (helper[i] == NULL)
			body(&m->shard[i]);
		else
			os_thread_join(helper[i]);
	arena_reset(mem, mark);
	m->entropy = m->moved = 0;
	memset(m->classes_of, 0, classes * sizeof(double));
	for (int i = 0; i < m->shards; i++)
		add_shard(m, &m->shard[i]);
}

static double count_of(const struct confusion *m, size_t row, size_t k)
{
	const void *count = m->shard->count;

	if (m->is_odds) {
		double one = (double)((const float *)count)[row];

		return k == 1 ? one : fmax((double)m->said[row] - one, 0);
	}
	row = row * (size_t)m->a->classes + k;
	return m->is_double ? ((const double *)count)[row] : (double)((const float *)count)[row];
}

/* Log weights of a row; with odds, the two calls for a row come with k = 0 first. */
static void table_put(struct confusion *m, size_t row, size_t k, double log_weight)
{
	if (m->is_odds) {
		float *cell = (float *)m->table + row;

		*cell = k == 0 ? -(float)log_weight : *cell + (float)log_weight;
		return;
	}
	row = row * (size_t)m->a->classes + k;
	if (m->is_double)
		((double *)m->table)[row] = log_weight;
	else
		((float *)m->table)[row] = (float)log_weight;
}

/* Sum of one worker's right answers, and how many he gave. */
static double right_of(const struct confusion *m, size_t worker, double *answers)
{
	size_t classes = (size_t)m->a->classes;
	double right = 0;

	*answers = 0;
	for (size_t k = 0; k < classes; k++) {
		right += count_of(m, worker * classes + k, k);
		*answers += m->said[worker * classes + k];
	}
	return right;
}

static void weigh(const struct confusion *m, struct model_fit *fit, double strength, double mean)
{
	for (size_t w = 0; w < (size_t)m->a->workers; w++) {
		double answers, right = right_of(m, w, &answers);

		fit->weight[w] = (right + strength * mean) / fmax(answers + strength, 1);
	}
}

/* Class prior and table from the counts; gives the sum of z [ln e + ln p] over all answers. */
static double maximise(struct confusion *m)
{
	const size_t classes = (size_t)m->a->classes;
	double sum = 0;

	for (size_t k = 0; k < classes; k++)
		m->base[k] = log(fmax(m->classes_of[k] / m->a->tasks, MODEL_FLOOR));
	for (size_t w = 0; w < (size_t)m->a->workers; w++)
		for (size_t k = 0; k < classes; k++) {
			const size_t row = w * classes;
			double total = 0;

			for (size_t l = 0; l < classes; l++) {
				if (m->said[row + l] == 0)
					continue;
				m->column[l] = count_of(m, row + l, k);
				total += fmax(m->column[l], MODEL_FLOOR);
			}
			for (size_t l = 0; l < classes; l++) {
				if (m->said[row + l] == 0)
					continue;
				double e = log(fmax(m->column[l], MODEL_FLOOR) / total);

				table_put(m, row + l, k, e);
				sum += m->column[l] * (e + m->base[k]);
			}
		}
	return sum;
}

void model_dawid_skene(struct arena *mem, const struct model_answers *a,
		       const struct model_options *o, struct model_fit *out)
{
	const int most = o->iterations_max > 0 ? o->iterations_max : o->converged ? 200 : 100;
	struct confusion m;
	double loss = -HUGE_VAL;

	model_fit_make(mem, a, o->lent, !o->lean || o->converged, out);

	struct arena_mark mark = arena_mark(mem);

	make(mem, a, out, &m);
	run(mem, &m, true, o->threads);
	(void)maximise(&m);
	for (bool done = a->tasks == 0; !done && out->iterations < most;) {
		model_tell(o, out->iterations++);
		run(mem, &m, false, o->threads);

		double next = (maximise(&m) - m.entropy) / a->from[a->tasks];

		done = o->converged ? m.moved < 1e-5 : next - loss < 1e-5;
		loss = next;
	}
	weigh(&m, out, 0, 0);
	arena_reset(mem, mark);
}

/* P(l,k) of the crowd, [l * K + k]. */
static void pool(struct confusion *m)
{
	const size_t classes = (size_t)m->a->classes;

	memset(m->pooled, 0, classes * classes * sizeof(double));
	for (size_t row = 0; row < (size_t)m->a->workers * classes; row++)
		for (size_t k = 0; m->said[row] > 0 && k < classes; k++)
			m->pooled[row % classes * classes + k] += count_of(m, row, k);
	for (size_t k = 0; k < classes; k++) {
		double sum = 0;

		for (size_t l = 0; l < classes; l++) {
			m->pooled[l * classes + k] += (l == k ? 1 : 0) + 0.1;
			sum += m->pooled[l * classes + k];
		}
		for (size_t l = 0; l < classes; l++)
			m->pooled[l * classes + k] /= sum;
	}
}

static double mean_right(const struct confusion *m)
{
	double right = 0, answers;

	for (size_t w = 0; w < (size_t)m->a->workers; w++)
		right += right_of(m, w, &answers);
	right /= fmax(m->a->from[m->a->tasks], 1);
	return fmin(fmax(right, 1.0 / m->a->classes + 0.02), 0.99);
}

static void expect_shrunk(struct confusion *m)
{
	const size_t classes = (size_t)m->a->classes;
	const double mean = mean_right(m);

	pool(m);
	for (size_t k = 0; k < classes; k++)
		m->base[k] = log((m->classes_of[k] + 1) / (m->a->tasks + m->a->classes));
	for (size_t w = 0; w < (size_t)m->a->workers; w++) {
		double answers, right = right_of(m, w, &answers);
		const double p = (right + 5 * mean) / (answers + 5);
		const double slip = (1 - p) / fmax((double)classes - 1, 1);

		for (size_t k = 0; k < classes; k++) {
			const size_t row = w * classes;
			double total = 10;

			for (size_t l = 0; l < classes; l++)
				if (m->said[row + l] > 0)
					total += count_of(m, row + l, k);
			total = model_digamma(total);
			for (size_t l = 0; l < classes; l++)
				if (m->said[row + l] > 0)
					table_put(m, row + l, k,
						  model_digamma(count_of(m, row + l, k) +
								5 * (l == k ? p : slip) +
								5 * m->pooled[l * classes + k]) -
							  total);
		}
	}
}

static void expect_ibcc(struct confusion *m)
{
	const size_t classes = (size_t)m->a->classes;

	for (size_t k = 0; k < classes; k++)
		m->base[k] = model_digamma(m->classes_of[k] + 1);
	for (size_t w = 0; w < (size_t)m->a->workers; w++)
		for (size_t k = 0; k < classes; k++) {
			const size_t row = w * classes;
			double total = 3 + (double)classes;

			for (size_t l = 0; l < classes; l++)
				total += m->said[row + l] > 0 ? count_of(m, row + l, k) : 0;
			total = model_digamma(total);
			for (size_t l = 0; l < classes; l++)
				if (m->said[row + l] > 0)
					table_put(m, row + l, k,
						  model_digamma(count_of(m, row + l, k) + 1 +
								(l == k ? 3 : 0)) -
							  total);
		}
}

static void variational(struct arena *mem, const struct model_answers *a,
			const struct model_options *o, bool shrunk, struct model_fit *out)
{
	const int most = o->iterations_max > 0 ? o->iterations_max : 60;
	struct confusion m;

	model_fit_make(mem, a, o->lent, true, out);

	struct arena_mark mark = arena_mark(mem);

	make(mem, a, out, &m);
	for (int i = 0; i < m.shards; i++)
		m.shard[i].pseudo = shrunk ? 0.01 : 0;
	run(mem, &m, true, o->threads);
	for (int i = 0; i < m.shards; i++)
		m.shard[i].anchored = shrunk;
	for (bool done = a->tasks == 0; !done && out->iterations < most;) {
		model_tell(o, out->iterations++);
		if (shrunk)
			expect_shrunk(&m);
		else
			expect_ibcc(&m);
		run(mem, &m, false, o->threads);
		done = m.moved < 1e-3;
	}
	weigh(&m, out, shrunk ? 5 : 0, mean_right(&m));
	arena_reset(mem, mark);
}

void model_shrunk(struct arena *mem, const struct model_answers *a, const struct model_options *o,
		  struct model_fit *out)
{
	variational(mem, a, o, true, out);
}

void model_ibcc(struct arena *mem, const struct model_answers *a, const struct model_options *o,
		struct model_fit *out)
{
	variational(mem, a, o, false, out);
}
