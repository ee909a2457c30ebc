// SPDX-License-Identifier: AGPL-3.0-or-later
// Files of strangers come in by a zip: what is in order is kept clean, what is hostile is a bad row with
// its reason, and a server that is killed meanwhile goes on where it was. Then the addresses: each is good
// for one assignment or one member and ends with it.
//   node tests/story/media.mjs [PROGRAM] [DATABASE]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, agentOf } from './client.mjs';
import { Server, ownSchema, wait } from './server.mjs';
import { published, until } from './steps.mjs';
import { zip } from './zip.mjs';

const [, , program = 'build/tessera', database] = process.argv;
const PASSWORD = 'pictures of strangers';
const SECRET = '48.8584N2.2945E';
let passed = 0, failed = 0;

function is(wanted, got, what) {
	if (wanted === got) passed++;
	else {
		failed++;
		console.log(`not ok: ${what}: wanted ${wanted}, got ${got}`);
	}
}

// --- material ---

const dir = mkdtempSync(join(tmpdir(), 'tessera-media-'));

function ffmpeg(name, ...words) {
	const file = join(dir, name);
	execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...words, '-metadata', `title=${SECRET}`, file]);
	return readFileSync(file);
}

// The EXIF of a photograph that lies on its side (6) and says where it was taken.
function withExif(jpeg) {
	const tag = (id, type, count, value) => {
		const row = Buffer.alloc(12);
		row.writeUInt16LE(id, 0);
		row.writeUInt16LE(type, 2);
		row.writeUInt32LE(count, 4);
		row.writeUInt32LE(value, 8);
		return row;
	};
	const text = Buffer.from(`${SECRET}\0`);
	const body = Buffer.concat([Buffer.from('Exif\0\0II*\0\x08\0\0\0\x02\0', 'latin1'),
		tag(0x112, 3, 1, 6), tag(0x10e, 2, text.length, 38), Buffer.alloc(4), text]);
	const head = Buffer.from([0xff, 0xe1, 0, body.length + 2]);
	return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

function pdf(pages) {
	const kids = Array.from({ length: pages }, (_, i) => `${i + 4} 0 R`);
	return Buffer.from([`%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj`,
		`3 0 obj<</Length 19>>stream\n10 10 20 20 re f\n  endstream endobj`,
		`2 0 obj<</Type/Pages/Count ${pages}/Kids[${kids.join(' ')}]>>endobj`,
		...kids.map((_, i) => `${i + 4} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 3 0 R>>endobj`),
		'trailer<</Root 1 0 R>>', '%%EOF', ''].join('\n'));
}

function material() {
	const jpeg = ffmpeg('a.jpg', '-f', 'lavfi', '-i', 'testsrc2=s=400x200:d=1', '-frames:v', '1');
	const png = ffmpeg('a.png', '-f', 'lavfi', '-i', 'testsrc2=s=300x200:d=1', '-frames:v', '1');
	const wav = ffmpeg('a.wav', '-f', 'lavfi', '-i', 'sine=440:d=3');
	const mp4 = ffmpeg('a.mp4', '-f', 'lavfi', '-i', 'testsrc2=s=160x120:d=2', '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
	const bomb = Buffer.from(png);
	bomb.writeUInt32BE(29000, 16);
	bomb.writeUInt32BE(29000, 20);
	return [
		['a-photo.jpg', withExif(jpeg)], ['b-chart.png', png], ['c-speech.wav', wav], ['d-clip.mp4', mp4],
		['e-form.pdf', pdf(2)],
		['v-bomb.png', bomb], ['w-cut.mp4', mp4.subarray(0, mp4.length >> 1)], ['x-cut.jpg', jpeg.subarray(0, jpeg.length >> 1)],
		['y-page.png', '<script>alert(1)</script>'],
		['z-list.mp3', `ID3\x03\0\0\0\0\0\0#EXTM3U\nhttp://127.0.0.1:1/\nfile:///etc/passwd\n`],
	];
}

// --- people ---

async function person(server, agent, name, role) {
	const client = new Client(server, agent);
	await client.signUp(name, `${name.toLowerCase()}@media.example`, PASSWORD, role);
	return client;
}

async function take(requester, id, name, bytes) {
	const source = await requester.call('POST', `/projects/${id}/sources?name=${name}`, bytes, 'application/zip');
	return `/projects/${id}/sources/${source.id}`;
}

const fetched = (who, address) => who.once('GET', address);
const status = async (who, address) => (await fetched(who, address)).status;

// Every address in a page.
const addresses = (page) => [...JSON.stringify(page).matchAll(/"(\/media\/[^"]*)"/g)].map((m) => m[1]);

async function comesIn(w) {
	const path = await take(w.requester, w.id, 'strangers.zip', zip(material()));
	const seen = await until('checked', 120, async () => {
		const s = await w.requester.get(path);
		return s.state !== 'checking' && s;
	});
	is('checked', seen.state, 'the source');
	const reasons = Object.fromEntries(seen.faults.map((f) => [f.reason.split(' ')[0], f.reason]));
	is(5, seen.bad, 'five are hostile');
	is('v-bomb.png is a picture of a size that is not shown', reasons['v-bomb.png'], 'a bomb');
	is('w-cut.mp4 is cut off or broken', reasons['w-cut.mp4'], 'half a video');
	is('x-cut.jpg is a picture that is cut off or broken', reasons['x-cut.jpg'], 'half a picture');
	is(true, /^y-page.png is no JPEG/.test(reasons['y-page.png']), 'a page called a picture');
	is('z-list.mp3 is cut off or broken', reasons['z-list.mp3'], 'a list of addresses');
	await w.requester.post(`${path}/import`, { skip_bad: true });
	await until('imported', 60, async () => (await w.requester.get(path)).state === 'imported');
	const names = (await w.requester.get(path)).sample.map((r) => r.file);
	const small = (await w.requester.get(path)).small;
	is(4, Object.keys(small).length, 'pictures, video and page have small ones, the sound has none');
	for (const address of Object.values(small)) {
		const reply = await fetched(w.requester, address);
		is('200 image/webp', `${reply.status} ${reply.headers['content-type']}`, 'a small picture');
	}
	is(404, await status(w.stranger, Object.values(small)[0]), 'of which another organisation sees none');
	is('a-photo.jpg b-chart.png c-speech.wav d-clip.mp4 e-form.pdf#1', names.join(' '), 'what is left');
}

// A server that is killed while it checks: nothing is lost, nothing is twice, no process stays behind.
async function killed(w) {
	const png = (n) => ffmpeg(`k${n}.png`, '-f', 'lavfi', '-i', `testsrc2=s=${600 + n}x400:d=1`, '-frames:v', '1');
	const many = Array.from({ length: 130 }, (_, n) => [`k${n}.png`, n < 10 ? png(n) : readFileSync(join(dir, `k${n % 10}.png`))]);
	const path = await take(w.requester, w.id, 'many.zip', zip(many));
	for (let n = 0; n < 3; n++) {
		await wait(400);
		w.server.process.kill('SIGKILL');
		await w.server.ended;
		await wait(300);
		is(0, ours(w.server.data).length, 'no tessera-media outlives its server');
		await w.server.start();
	}
	const seen = await until('checked', 120, async () => {
		const s = await w.requester.get(path);
		return s.state !== 'checking' && s;
	});
	is('checked', seen.state, 'the source of the killed server');
	is(130, seen.rows, 'each picture is there once');
	is(0, seen.bad, 'and none is bad');
	await w.requester.call('DELETE', path);
}

// Processes of this site.
function ours(data) {
	return readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => {
		try {
			const words = readFileSync(`/proc/${p}/cmdline`, 'latin1').split('\0');
			return words[0].endsWith('tessera-media') && words[1]?.startsWith(data);
		} catch {
			return false;
		}
	});
}

async function opens(w) {
	await w.requester.post(`/projects/${w.id}`, { template: { blocks: [
		{ type: 'image', src: '{{image}}', alt: '{{file}}' }, { type: 'text', name: 'seen', label: 'What is it?' }] },
	reward: 1, redundancy: 3, time_allowed_s: 20, picking: true, approve_after_s: 3600 });
	await published(w.requester, w.id);
}

async function preview(w) {
	const { page } = await w.requester.get(`/projects/${w.id}/preview?row=1`);
	const [address] = addresses(page);
	const reply = await fetched(w.requester, address);

	is(200, reply.status, 'a requester sees his preview');
	is(false, reply.text.includes(SECRET), 'it does not say where it was taken');
	is(404, await status(w.stranger, address), "another organisation does not see it");
	is(404, await status(w.anna, address), 'a worker does not');
	is(401, (await fetch(`http://127.0.0.1:${w.server.port}${address}`)).status, 'nobody signed in does not');
	w.members = address;
}

async function accept(w, who, task) {
	const { assignment } = await who.post(`/work/${w.id}/accept`, { task });
	return { epoch: assignment.epoch, address: addresses(assignment.page)[0], task };
}

async function bound(w) {
	const anna = await accept(w, w.anna, 1);
	const [, , name, holder, mac] = anna.address.split('/');

	is(200, await status(w.anna, anna.address), 'who holds the task sees it');
	is(206, (await w.anna.once('GET', anna.address, undefined, undefined, { Range: 'bytes=0-9' })).status, 'and a part of it');
	is(404, await status(w.ben, anna.address), 'another worker does not');
	is(404, await status(w.requester, anna.address), 'nor the requester, by this address');
	is(404, await status(w.anna, `/media/${name}/${holder}/${mac.slice(1)}A`), 'another signature');
	is(404, await status(w.anna, `/media/${name}/${holder.replace(/^\d+/, '1')}/${mac}`), 'another project');
	is(404, await status(w.anna, `/media/${name.replace(/^./, (c) => (c === '0' ? '1' : '0'))}/${holder}/${mac}`), 'another picture');
	is(404, await status(w.anna, `/media/${name}.small/${holder}/${mac}`), 'what lies beside it has an address of its own');
	const ben = await accept(w, w.ben, 1);
	is(200, await status(w.ben, ben.address), 'a second worker sees his own');
	is(404, await status(w.ben, `/media/${name}/${ben.address.split('/')[3]}/${mac}`), 'addresses cannot be put together');
	await w.ben.post(`/work/${w.id}/tasks/1/return`, { epoch: ben.epoch });
	is(404, await status(w.ben, ben.address), 'it ends when the task is given back');
	await w.anna.post(`/work/${w.id}/tasks/1/submit`, { epoch: anna.epoch, answer: { seen: 'a tower' }, active_ms: 1000 });
	is(404, await status(w.anna, anna.address), 'it ends when the answer is handed in');
	const late = await accept(w, w.anna, 2);
	is(200, await status(w.anna, late.address), 'the next one begins');
	await until('expiry', 60, async () => await status(w.anna, late.address) === 404);
	passed++;
	is(200, await status(w.requester, w.members), 'a member sees his page all the while');
	w.secrets = [mac, ben.address.split('/')[4], late.address.split('/')[4], w.members.split('/')[4]];
}

async function offers(w) {
	const { page } = await w.ben.get(`/work/${w.id}`);
	const [address] = addresses(page);

	is(200, await status(w.ben, address), 'a worker sees the sample of a project that he may work in');
	is(404, await status(w.ben, address.replace(/\/\d+-0-0-0\//, `/${w.other}-0-0-0/`)), 'and not another one with its signature');
}

const schema = database ? ownSchema(database) : null;
const server = new Server(program, schema?.url);
const agent = agentOf(8);
try {
	const first = server.init();
	await server.start();
	const operator = new Client(server, agent, first.secret_key);
	const w = { server, requester: await person(server, agent, 'Rita', 'requester'),
		stranger: await person(server, agent, 'Sven', 'requester'),
		anna: await person(server, agent, 'Anna', 'worker'), ben: await person(server, agent, 'Ben', 'worker') };
	const { orgs } = await w.requester.get('/me');
	await operator.post('/deposits', { org: orgs[0].id, amount: 10000, reference: 'media' });
	w.other = (await w.stranger.post('/projects', { title: 'Other' })).id;
	w.id = (await w.requester.post('/projects', { title: 'Strangers' })).id;
	await killed(w);
	const left = readdirSync(join(server.data, 'tmp')).length; // of the killed ones, until a later start
	await comesIn(w);
	await opens(w);
	await preview(w);
	await bound(w);
	await offers(w);
	is('sound', server.run('doctor').trim(), 'the doctor');
	const log = readFileSync(join(server.data, 'server.log'), 'utf8');
	is(false, w.secrets.some((s) => log.includes(s)), 'no signature is in the log');
	is(left, readdirSync(join(server.data, 'tmp')).length, 'nothing more is left in tmp');
} catch (error) {
	failed++;
	console.log(`not ok: ${error.stack}`);
	try { console.log(readFileSync(join(server.data, 'server.log'), 'utf8').split('\n').slice(-8).join('\n')); } catch { /* none */ }
} finally {
	server.process?.kill('SIGTERM');
	await server.ended;
	agent.destroy();
	rmSync(server.data, { recursive: true, force: true });
	rmSync(dir, { recursive: true, force: true });
	schema?.drop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
