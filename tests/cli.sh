#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The program from outside: its words, exit codes, a site from init to doctor, a server that
# starts, answers, drains, and shares its data with commands. On SQLite, and on PostgreSQL when
# PGHOST names one.
set -u
cd "$(dirname "$0")/.." || exit 1
tessera=${TESSERA:-build/tessera}
work=$(mktemp -d /tmp/tessera-cli-XXXXXX) || exit 1
server=
finish() {
	[ -z "$server" ] || kill -9 "$server" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

passed=0
failed=0
ok() { passed=$((passed + 1)); }
not_ok() {
	failed=$((failed + 1))
	printf 'not ok: %s\n' "$1"
	[ ! -s "$work/out" ] || sed 's/^/  out: /' "$work/out"
	[ ! -s "$work/err" ] || sed 's/^/  err: /' "$work/err"
}
# ends CODE SENTENCE command…
ends() {
	wanted=$1 sentence=$2
	shift 2
	"$@" >"$work/out" 2>"$work/err" </dev/null
	code=$?
	if [ "$code" = "$wanted" ]; then ok; else not_ok "$sentence (ended with $code, not $wanted)"; fi
}
# says out|err PATTERN SENTENCE: about the command before
says() {
	if grep -qE "$2" "$work/$1"; then ok; else not_ok "$3"; fi
}
get() { # URL [KEY]
	node -e 'fetch(process.argv[1], { headers: { authorization: `Bearer ${process.argv[2]}` } }).then(async (r) => {
		console.log(r.status); console.log(await r.text());
	}, (e) => { console.error(String(e.cause || e)); process.exit(1); })' "$1" "${2:-}"
}
start_server() {
	: >"$work/address"
	"$tessera" serve --data "$1" --listen 127.0.0.1:0 >"$work/address" 2>"$work/log" &
	server=$!
	tries=0
	while [ ! -s "$work/address" ] && [ "$tries" -lt 100 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	address=$(cat "$work/address")
}

# --- words ---
ends 0 'help is there' "$tessera" help
says out '^  serve ' 'help lists the commands'
ends 0 'a command has help' "$tessera" serve --help
says out 'listen VALUE' 'the help of a command lists its options'
ends 2 'no command is refused' "$tessera"
ends 2 'an unknown command is refused' "$tessera" swerve
says err 'no command swerve' 'the refusal names the command'
ends 2 'an unknown option is refused' "$tessera" serve --data "$work" --lisen 127.0.0.1:0
says err 'no option --lisen' 'the refusal names the option'
ends 2 'an option without its value is refused' "$tessera" serve --data
ends 2 'a word too many is refused' "$tessera" doctor --data "$work" now
ends 3 'a folder without a site is refused' "$tessera" doctor --data "$work"
says err 'tessera init' 'the refusal says how to make a site'
ends 3 'as JSON too' "$tessera" doctor --data "$work" --json
says err '^\{"error":"missing","message":' 'a refusal with --json is JSON on stderr'
for list in routes jobs settings tables; do
	ends 0 "$list is there" "$tessera" "$list"
	ends 0 "$list has JSON" "$tessera" "$list" --json
	says out '^\[\{"' "$list --json is a list of objects"
done
ends 0 'the document of the API is there' "$tessera" openapi
says out '"/api/v1/sign-in"' 'the document has the routes'

# Simulated workers answer questions of many kinds, some that hang on others, with no truth given;
# whether they run out of time or are stopped, they hold nothing at the end.
simulated() {
	cat >"$work/template.json" <<-'T'
	{"blocks":[{"type":"choice","name":"kind","label":"What is {{word}}?","options":["animal","plant"]},
	{"type":"scale","name":"danger","label":"How dangerous?","show_if":{"field":"kind","is":"animal"}},
	{"type":"spans","name":"letters","label":"Mark a word","text":"{{word}} and more","labels":["x"]},
	{"type":"text","name":"why","label":"Why?","required":false}]}
	T
	mkdir "$work/$engine-job"
	printf '%s\n' word lynx oak wasp elm newt yew crow fir | tee "$work/$engine-job/words.csv" >"$work/out"
	project=$("$tessera" project add --data "$data" --user ada@example.org --title Words \
		--template "$work/template.json" --redundancy 2 | sed 's/[^0-9]//g')
	ends 0 "$engine: a file is imported" "$tessera" project import --data "$data" \
		--project "$project" --folder "$work/$engine-job"
	ends 5 "$engine: workers of a draft are refused" "$tessera" simulate --data "$data" --project "$project"
	ends 0 "$engine: and published" "$tessera" project publish --data "$data" --project "$project"
	tries=0
	until get "$address/api/v1/projects/$project" "$key" | grep -q '"state":"open"' || [ $tries -gt 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	ends 0 "$engine: simulated workers run out of time" "$tessera" simulate --data "$data" \
		--project "$project" --workers 3 --think 60 --seconds 1
	says out '^0 answers' "$engine: before they have answered"
	ends 0 "$engine: the items are listed" get "$address/api/v1/projects/$project/tasks" "$key"
	says out '"taken":0' "$engine: they hold nothing"
	if grep -q '"taken":[1-9]' "$work/out"; then not_ok "$engine: not one item"; else ok; fi
	"$tessera" simulate --data "$data" --project "$project" --workers 3 --think 60 >"$work/stopped" &
	stopped=$!
	sleep 1
	kill -INT "$stopped"
	wait "$stopped"
	ends 0 "$engine: the items are listed again" get "$address/api/v1/projects/$project/tasks" "$key"
	if grep -q '"taken":[1-9]' "$work/out"; then not_ok "$engine: stopped, they hold nothing"; else ok; fi
	ends 0 "$engine: with time they answer all" "$tessera" simulate --data "$data" \
		--project "$project" --workers 9 --think 0 --accuracy 700
	says out '^16 answers by simulated workers, 16 of them with something made up$' \
		"$engine: and say what they are"
}

# The script finds the site that it has started last.
mkdir -p "$work/checkout/build"
cp dev "$work/checkout/dev"
echo /nowhere >"$work/checkout/build/site"
ends 1 'the script wants a demo to simulate' env -u TESSERA_DATA sh "$work/checkout/dev" simulate
says err 'not loaded in /nowhere' 'it looks where the last run was'

# --- a site, on one engine ---
site() {
	engine=$1 data=$work/$1
	shift
	ends 0 "$engine: init makes a site" "$tessera" init --data "$data" "$@"
	says out '^\{"user":"[0-9]+","access_key":"TK[A-Z0-9]+","secret_key":"tk_[A-Za-z0-9_-]+"\}$' \
		"$engine: init prints the first key"
	ends 5 "$engine: init refuses a site that has users" "$tessera" init --data "$data" "$@"
	ends 5 "$engine: init refuses another database" "$tessera" init --data "$data" \
		--database "sqlite:$work/other.db"
	ends 0 "$engine: an empty site is sound" env TESSERA_DATA="$data" "$tessera" doctor
	says out '^sound$' "$engine: doctor says so"

	start_server "$data"
	ends 0 "$engine: the server answers" get "$address/healthz"
	says out '"status":"ok"' "$engine: healthz is ok"
	ends 0 "$engine: the document is served" get "$address/api/v1/openapi.json"
	says out '^\{"openapi":"3\.1' "$engine: it is OpenAPI 3.1"
	ends 0 "$engine: the shell is served" get "$address/"
	says out '^200$' "$engine: with 200"
	ends 0 "$engine: figures are asked for" get "$address/metrics"
	says out '^40[13]$' "$engine: and not given to strangers"

	ends 0 "$engine: a user is made beside the server" "$tessera" user add --data "$data" \
		--name Ada --email ada@example.org --role requester
	ends 0 "$engine: and a key" "$tessera" key add --data "$data" --user ada@example.org
	says out '^\{"access_key":"[^"]+","secret_key":"tk_[^"]+"\}$' "$engine: printed as JSON"
	key=$(sed 's/.*"secret_key":"//; s/".*//' "$work/out")
	ends 0 "$engine: and money" "$tessera" fund --data "$data" --user ada@example.org \
		--amount 1000.00
	ends 2 "$engine: half a cent is refused" "$tessera" fund --data "$data" \
		--user ada@example.org --amount 0.005
	ends 3 "$engine: a stranger is refused" "$tessera" fund --data "$data" \
		--user eve@example.org --amount 1.00
	simulated
	ends 0 "$engine: its jobs are listed" "$tessera" job list --data "$data"
	says out '^waiting' "$engine: some wait for their time"
	ends 3 "$engine: what is not broken is not revived" "$tessera" job revive --data "$data" \
		--kind user.sweep
	ends 0 "$engine: doctor runs beside the server" "$tessera" doctor --data "$data" --json
	says out '"sound":true' "$engine: and finds all sound"
	[ "$engine" != sqlite ] ||
		ends 5 'sqlite: a second server on the same data is refused' \
			"$tessera" serve --data "$data" --listen 127.0.0.1:0

	begun=$(date +%s)
	kill -TERM "$server"
	wait "$server"
	code=$?
	server=
	: >"$work/out"
	cp "$work/log" "$work/err"
	if [ "$code" = 0 ] && [ $(($(date +%s) - begun)) -le 10 ]; then ok
	else not_ok "$engine: SIGTERM ends the server within ten seconds ($code)"; fi
	says err '"event":"serve\.stop"' "$engine: the log says that it drained"
	if grep -vqE '^\{.*\}$' "$work/log"; then not_ok "$engine: every line of the log is JSON"
	else ok; fi
}

site sqlite
if [ -n "${PGHOST:-}" ]; then
	createdb cli
	site postgresql --database postgresql:///cli
	psql -q postgresql:///cli -c \
		'UPDATE account_balance SET balance_minor = balance_minor + 1 WHERE balance_minor > 0'
	ends 1 'postgresql: a lost cent is found' "$tessera" doctor --data "$work/postgresql"
	says out '^ledger\.' 'postgresql: doctor names what is broken'
else
	echo 'skipped: the program on PostgreSQL, no server'
fi
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
