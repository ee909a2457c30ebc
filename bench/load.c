/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * load: simulated workers at the API, each on a connection of its own, without a pause.
 *
 *   load --port P --connections N --seconds S [--pid SERVER] [--rate CYCLES]
 *        (--empty | --project ID --keys FILE [--operator FILE] [--pages FILE --after TASK])
 *
 * A cycle is accept and submit, two requests; with --empty it is two GETs of /healthz, the
 * floor of HTTP. FILE holds a bearer key in each line, one for each connection. Prints
 * one JSON object: cycles a second, latency of a request, CPU of the server for a cycle; with the
 * key of an operator also how long, after the last reply, the judging and paying of these answers
 * took to come to its end. Closed loop: a simulated worker waits for each reply. One thread,
 * epoll, loopback only.
 *
 * With --pages each cycle goes on with two looks by the requester whose key is given: at the
 * progress, and at the next page of the results, from that task on. Then the medians of the four
 * are told too.
 *
 * With --rate the loop is open: so many cycles a second begin at fixed times, whatever the server
 * does, each on a connection that is free. Latency counts from that time, so that what waits
 * here for a free connection is not hidden. Figures then are of what was done; a
 * reply of 429 or 503 is counted as `refused`, with a p99 of its own. Whose submit was refused
 * sends it again the next time. `late` began more than LATE_US behind their time because no
 * connection was free, and `unsent` never.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "base/base.h"
#include "os/os.h"

enum { REPLY_MAX = 64 * 1024, CONNECTIONS_MAX = 1024, SAMPLES_MAX = 20 * 1000 * 1000 };
enum { DRAIN_S = 120, DRAIN_LOOK_US = 50000, LATE_US = 10000 };

enum { KIND_SAMPLES_MAX = 1000 * 1000 };

enum step { ACCEPT, SUBMIT, PROGRESS, LIST, STEPS };

struct line {
	int fd;
	enum step step;
	int64_t sent_us;
	size_t got;
	struct str key;
	char task[24], epoch[24], next[24];
	char reply[REPLY_MAX];
	bool idle;	   /* no task for this worker any more */
	struct line *free; /* open loop: the next one that has nothing to do */
};

struct load {
	int port, connections;
	int64_t seconds, pid, rate;
	bool empty;
	struct str project, keys, operator, pages, after;
	struct clock *clock;
	struct line *line;
	uint32_t *sample, *of[STEPS];
	size_t samples, count_of[STEPS];
	uint32_t *refusal;
	size_t refusals;
	int64_t cycles, refused, dry, begun, late, start_us;
	struct line *free;
	int poll;
};

_Noreturn static void stop(const char *why)
{
	fprintf(stderr, "load: %s\n", why);
	exit(2);
}

static int connect_one(const struct load *load)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)load->port) };
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		stop("the server does not take a connection");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static void connect_line(struct load *load, struct line *line)
{
	line->fd = connect_one(load);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = line };
	if (epoll_ctl(load->poll, EPOLL_CTL_ADD, line->fd, &event) != 0)
		stop("epoll does not take a connection");
}

static int work_text(const struct load *load, const struct line *line, char *text, size_t size)
{
	char body[256];
	int len = line->step == ACCEPT ? snprintf(body, sizeof(body), "{}") :
					 snprintf(body, sizeof(body),
						  "{\"epoch\":\"%s\",\"answer\":{\"label\":\"%s\"},"
						  "\"active_ms\":900}",
						  line->epoch, line->task[0] % 2 ? "cat" : "dog");

	return snprintf(text, size,
			"POST /api/v1/work/%.*s/%s%s%s HTTP/1.1\r\nHost: localhost\r\n"
			"Authorization: Bearer %.*s\r\nContent-Type: application/json\r\n"
			"Content-Length: %d\r\n\r\n%s",
			STR_ARG(load->project), line->step == ACCEPT ? "accept" : "tasks/",
			line->step == ACCEPT ? "" : line->task,
			line->step == ACCEPT ? "" : "/submit", STR_ARG(line->key), len, body);
}

static void send_step(struct load *load, struct line *line)
{
	char text[1024];
	int n;

	if (load->empty)
		n = snprintf(text, sizeof(text),
			     "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
	else if (line->step == ACCEPT || line->step == SUBMIT)
		n = work_text(load, line, text, sizeof(text));
	else
		n = snprintf(text, sizeof(text),
			     "GET /api/v1/projects/%.*s/%s%s HTTP/1.1\r\nHost: localhost\r\n"
			     "Authorization: Bearer %.*s\r\n\r\n",
			     STR_ARG(load->project),
			     line->step == PROGRESS ? "progress" : "results?after=",
			     line->step == PROGRESS ? "" : line->next, STR_ARG(load->pages));
	if (line->sent_us == 0)
		line->sent_us = clock_steady_us(load->clock);
	line->got = 0;
	if (write(line->fd, text, (size_t)n) != n)
		stop("a request is not taken whole");
}

/* --- open loop --- */

static void set_free(struct load *load, struct line *line)
{
	line->free = load->free;
	load->free = line;
}

/* Begin what is due; its time is that at which it should have begun. */
static void begin_due(struct load *load)
{
	int64_t passed = clock_steady_us(load->clock) - load->start_us;
	int64_t due = passed * load->rate / USEC_SECOND;

	while (load->begun < due && load->free != NULL) {
		struct line *line = load->free;
		int64_t at = load->begun++ * USEC_SECOND / load->rate;

		load->free = line->free;
		load->late += passed - at > LATE_US;
		line->sent_us = load->start_us + at;
		send_step(load, line);
	}
}

static bool is_refusal(const struct load *load, struct str reply)
{
	return load->rate > 0 &&
	       (str_starts(reply, S("HTTP/1.1 503 ")) || str_starts(reply, S("HTTP/1.1 429 ")));
}

static void take_refusal(struct load *load, struct line *line, struct str reply)
{
	size_t at;

	if (!str_find(reply, S("\r\nRetry-After: "), &at))
		stop("a refusal does not say when to come back");
	load->refused++;
	if (load->refusals < SAMPLES_MAX)
		load->refusal[load->refusals++] =
			(uint32_t)(clock_steady_us(load->clock) - line->sent_us);
	line->sent_us = 0;
	set_free(load, line);
}

/* Copy what stands behind `name` up to a quote, comma or brace. */
static bool pick(struct str reply, struct str name, char *out, size_t size)
{
	size_t at, len = 0;

	if (!str_find(reply, name, &at))
		return false;
	for (at += name.len; at < reply.len && len + 1 < size; at++) {
		char byte = reply.at[at];

		if (byte == '"' || byte == ',' || byte == '}')
			break;
		out[len++] = byte;
	}
	out[len] = 0;
	return len > 0;
}

/* The length of the whole reply, or 0 when its head is not there yet. */
static size_t reply_length(const struct line *line)
{
	struct str got = { line->reply, line->got };
	char number[24];
	size_t end;

	if (!str_find(got, S("\r\n\r\n"), &end))
		return 0;
	int64_t body = 0;
	struct str head = str_cut(got, 0, end);
	if (pick(head, S("Content-Length: "), number, sizeof(number)) ||
	    pick(head, S("content-length: "), number, sizeof(number)))
		body = strtoll(number, NULL, 10);
	return end + 4 + (size_t)body;
}

static void keep_sample(struct load *load, const struct line *line)
{
	uint32_t us = (uint32_t)(clock_steady_us(load->clock) - line->sent_us);

	if (load->samples < SAMPLES_MAX)
		load->sample[load->samples++] = us;
	if (load->pages.len > 0 && load->count_of[line->step] < KIND_SAMPLES_MAX)
		load->of[line->step][load->count_of[line->step]++] = us;
}

/* What a worker or requester does after a good reply; false: there is nothing to do. */
static bool next_step(struct load *load, struct line *line, struct str reply)
{
	char next[24];

	if (line->step == ACCEPT && !load->empty &&
	    (!pick(reply, S("\"task\":"), line->task, sizeof(line->task)) ||
	     !pick(reply, S("\"epoch\":\""), line->epoch, sizeof(line->epoch)))) {
		line->idle = true;
		load->dry++;
		return false;
	}
	load->cycles += line->step == SUBMIT;
	if (line->step == LIST && pick(reply, S("\"next\":\""), next, sizeof(next)))
		memcpy(line->next, next, sizeof(next));
	else if (line->step == LIST) /* the last page: from the start again */
		snprintf(line->next, sizeof(line->next), "%.*s", STR_ARG(load->after));
	line->step = (line->step + 1) % (load->pages.len > 0 ? STEPS : PROGRESS);
	return true;
}

static void take_reply(struct load *load, struct line *line)
{
	struct str reply = { line->reply, line->got };

	if (is_refusal(load, reply)) {
		take_refusal(load, line, reply);
		return;
	}
	keep_sample(load, line);
	line->sent_us = 0;
	if (!str_starts(reply, S("HTTP/1.1 2"))) {
		if (load->refused++ == 0)
			fprintf(stderr, "load: refused: %.*s\n", (int)line->got, line->reply);
		line->step = ACCEPT;
	} else if (!next_step(load, line, reply)) {
		return;
	}
	if (load->rate > 0 && line->step == ACCEPT)
		set_free(load, line);
	else
		send_step(load, line);
}

static void readable(struct load *load, struct line *line)
{
	ssize_t n = read(line->fd, line->reply + line->got, REPLY_MAX - line->got);

	if (n <= 0)
		stop("a connection was closed");
	line->got += (size_t)n;
	size_t whole = reply_length(line);
	if (whole > REPLY_MAX)
		stop("a reply is too long");
	if (whole > 0 && line->got >= whole)
		take_reply(load, line);
}

/* User and system time of the server in microseconds, from /proc; 0 without --pid. */
static int64_t server_cpu_us(const struct load *load)
{
	char path[64], text[1024];
	long user = 0, kernel = 0;

	if (load->pid == 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)load->pid);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return 0;
	size_t n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = 0;
	const char *after = strrchr(text, ')');
	if (after == NULL ||
	    sscanf(after + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user,
		   &kernel) != 2)
		return 0;
	return (user + kernel) * 1000000 / sysconf(_SC_CLK_TCK);
}

/* --- what follows behind --- */

/* GET as the operator; the whole reply lies in `line->reply`. Empty: too busy to say. */
static struct str ask(const struct load *load, struct line *line, const char *path)
{
	char text[512];
	int n = snprintf(text, sizeof(text),
			 "GET %s HTTP/1.1\r\nHost: localhost\r\n"
			 "Authorization: Bearer %.*s\r\n\r\n",
			 path, STR_ARG(load->operator));

	line->got = 0;
	if (write(line->fd, text, (size_t)n) != n)
		stop("a request is not taken whole");
	for (size_t whole = 0; whole == 0 || line->got < whole; whole = reply_length(line)) {
		ssize_t got = read(line->fd, line->reply + line->got, REPLY_MAX - line->got);

		if (got <= 0)
			stop("a connection was closed");
		line->got += (size_t)got;
	}
	struct str reply = { line->reply, line->got };
	if (is_refusal(load, reply))
		return S("");
	if (!str_starts(reply, S("HTTP/1.1 200")))
		stop("the operator's question is refused");
	return reply;
}

static int64_t count_of(struct str reply, struct str name)
{
	char text[24];

	return pick(reply, name, text, sizeof(text)) ? strtoll(text, NULL, 10) : -1;
}

/* Every answer approved and paid for, and no job due. */
static bool is_drained(const struct load *load, struct line *line)
{
	char path[128];

	snprintf(path, sizeof(path), "/api/v1/projects/%.*s/progress", STR_ARG(load->project));
	struct str reply = ask(load, line, path);
	int64_t submitted = count_of(reply, S("\"submitted\":"));

	if (submitted < 0 || count_of(reply, S("\"approved\":")) != submitted ||
	    count_of(reply, S("\"paid\":")) != submitted)
		return false;
	return count_of(ask(load, line, "/api/v1/health/details"), S("\"due\":")) == 0;
}

static double drain(const struct load *load, struct arena *mem, int64_t from_us)
{
	struct line *line = NEW(mem, struct line);

	line->fd = connect_one(load);
	while (!is_drained(load, line)) {
		if (clock_steady_us(load->clock) - from_us > DRAIN_S * USEC_SECOND)
			stop("the judging and paying did not come to its end");
		usleep(DRAIN_LOOK_US);
	}
	close(line->fd);
	return (double)(clock_steady_us(load->clock) - from_us) / 1e6;
}

static int by_size(const void *one, const void *two)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)two;

	return (a > b) - (a < b);
}

/* In milliseconds. */
static double percentile(uint32_t *sample, size_t samples, double share)
{
	if (samples == 0)
		return 0;
	qsort(sample, samples, sizeof(*sample), by_size);
	return (double)sample[(size_t)(share * (double)(samples - 1))] / 1000.0;
}

static void tell(struct load *load, double seconds, int64_t cpu, double backlog)
{
	static const char *const name[] = { "next_us", "submit_us", "progress_us", "list_us" };

	printf("{\"connections\":%d,\"seconds\":%.2f,\"cycles\":%lld,\"cycles_per_s\":%.0f,"
	       "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,\"cpu_us\":%.1f,\"refused\":%lld,"
	       "\"dry\":%lld,\"backlog_s\":%.2f",
	       load->connections, seconds, (long long)load->cycles, (double)load->cycles / seconds,
	       percentile(load->sample, load->samples, 0.5),
	       percentile(load->sample, load->samples, 0.99),
	       percentile(load->sample, load->samples, 1.0),
	       load->cycles > 0 ? (double)cpu / (double)load->cycles : 0, (long long)load->refused,
	       (long long)load->dry, backlog);
	for (int i = 0; load->pages.len > 0 && i < STEPS; i++)
		printf(",\"%s\":%.0f", name[i],
		       1000 * percentile(load->of[i], load->count_of[i], 0.5));
	if (load->rate > 0) {
		int64_t due = (int64_t)(seconds * (double)load->rate);

		printf(",\"rate\":%lld,\"late\":%lld,\"unsent\":%lld,\"refused_p99_ms\":%.3f",
		       (long long)load->rate, (long long)load->late, (long long)(due - load->begun),
		       percentile(load->refusal, load->refusals, 0.99));
	}
	printf("}\n");
}

/* Wait for replies, in the open loop no longer than until the next cycle is due. */
static int wait_for(const struct load *load, struct epoll_event *event, int most)
{
	struct timespec nap = { .tv_nsec = 100 * 1000 * 1000 };

	if (load->rate > 0) {
		int64_t due = load->start_us + (load->begun + 1) * USEC_SECOND / load->rate;
		int64_t left = due - clock_steady_us(load->clock);

		if (load->free != NULL && left < 100000)
			nap.tv_nsec = left > 0 ? left * 1000 : 0;
	}
	return epoll_pwait2(load->poll, event, most, &nap, NULL);
}

static void run(struct load *load, struct arena *mem)
{
	struct epoll_event event[256];
	int64_t cpu = server_cpu_us(load), start = clock_steady_us(load->clock), now = start;

	load->start_us = start;
	for (int i = 0; i < load->connections; i++)
		if (load->rate > 0)
			set_free(load, &load->line[i]);
		else
			send_step(load, &load->line[i]);
	while (now - start < load->seconds * USEC_SECOND && load->dry < load->connections) {
		int n = wait_for(load, event, 256);

		for (int i = 0; i < n; i++)
			readable(load, event[i].data.ptr);
		if (load->rate > 0)
			begin_due(load);
		now = clock_steady_us(load->clock);
	}
	cpu = server_cpu_us(load) - cpu;

	double seconds = (double)(now - start) / 1e6;
	double backlog = load->operator.len> 0 ? drain(load, mem, now) : 0;
	tell(load, seconds, cpu, backlog);
}

static int64_t number(const char *text)
{
	int64_t n;

	if (!num_i64(str_of(text), 0, INT64_MAX, &n))
		stop("an option's value is not a number");
	return n;
}

static void options(struct load *load, int count, char **word)
{
	for (int i = 1; i < count; i++) {
		const char *value = i + 1 < count ? word[i + 1] : "";

		if (strcmp(word[i], "--empty") == 0) {
			load->empty = true;
			continue;
		}
		if (strcmp(word[i], "--port") == 0)
			load->port = (int)number(value);
		else if (strcmp(word[i], "--connections") == 0)
			load->connections = (int)number(value);
		else if (strcmp(word[i], "--seconds") == 0)
			load->seconds = number(value);
		else if (strcmp(word[i], "--pid") == 0)
			load->pid = number(value);
		else if (strcmp(word[i], "--rate") == 0)
			load->rate = number(value);
		else if (strcmp(word[i], "--project") == 0)
			load->project = str_of(value);
		else if (strcmp(word[i], "--keys") == 0)
			load->keys = str_of(value);
		else if (strcmp(word[i], "--operator") == 0)
			load->operator= str_of(value);
		else if (strcmp(word[i], "--pages") == 0)
			load->pages = str_of(value);
		else if (strcmp(word[i], "--after") == 0)
			load->after = str_of(value);
		else
			stop("an option is not known");
		i++;
	}
	if (load->port == 0 || load->connections < 1 || load->connections > CONNECTIONS_MAX ||
	    (!load->empty && (load->project.len == 0 || load->keys.len == 0)))
		stop("--port, --connections, and --empty or --project with --keys are needed");
}

/* The first line of a file, or empty when none is named. */
static struct str first_line(struct arena *mem, struct str path)
{
	char text[256];

	if (path.len == 0)
		return path;
	FILE *file = fopen(path.at, "r");
	if (file == NULL || fgets(text, sizeof(text), file) == NULL)
		stop("a key cannot be read");
	fclose(file);
	return str_copy(mem, str_trim(str_of(text)));
}

static void read_keys(struct load *load, struct arena *mem)
{
	char text[256];
	FILE *file = fopen(load->keys.at, "r");

	if (file == NULL)
		stop("the keys cannot be read");
	for (int i = 0; i < load->connections; i++) {
		struct line *line = &load->line[i];

		if (fgets(text, sizeof(text), file) == NULL)
			stop("there are fewer keys than connections");
		line->key = str_copy(mem, str_trim(str_of(text)));
		snprintf(line->next, sizeof(line->next), "%.*s", STR_ARG(load->after));
	}
	fclose(file);
	load->operator= first_line(mem, load->operator);
	load->pages = first_line(mem, load->pages);
	for (int i = 0; i < STEPS; i++)
		load->of[i] = NEW_MANY(mem, uint32_t, KIND_SAMPLES_MAX);
}

int main(int count, char **word)
{
	struct arena *mem = arena_new(0);
	struct load load = { .seconds = 10, .clock = clock_real(mem) };

	options(&load, count, word);
	load.line = NEW_MANY(mem, struct line, (size_t)load.connections);
	load.sample = NEW_MANY(mem, uint32_t, SAMPLES_MAX);
	load.refusal = NEW_MANY(mem, uint32_t, load.rate > 0 ? SAMPLES_MAX : 1);
	load.poll = epoll_create1(EPOLL_CLOEXEC);
	if (!load.empty)
		read_keys(&load, mem);
	for (int i = 0; i < load.connections; i++)
		connect_line(&load, &load.line[i]);
	run(&load, mem);
	arena_free(mem);
	return 0;
}
