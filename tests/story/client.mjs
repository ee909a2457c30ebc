// SPDX-License-Identifier: AGPL-3.0-or-later
// A person at the API: a cookie or a key, JSON in and out. What got no reply, or a 503, is asked again.
import http from 'node:http';
import { wait } from './server.mjs';

const TRIES = 200;

export class Refused extends Error {
	constructor(status, body, what) {
		super(`${what}: ${status} ${body?.detail ?? body?.title ?? ''}`);
		this.status = status;
		this.body = body;
	}
}

export class Client {
	constructor(server, agent, key) {
		this.server = server;
		this.agent = agent;
		this.key = key;
	}

	// `more` adds headers, or takes one away by undefined.
	once(method, path, body, type, more) {
		const headers = { 'X-Tessera': '1' };
		if (this.key) headers.Authorization = `Bearer ${this.key}`;
		if (this.cookie) headers.Cookie = this.cookie;
		if (body !== undefined) {
			headers['Content-Type'] = type ?? 'application/json';
			headers['Content-Length'] = Buffer.byteLength(body);
		}
		for (const [name, value] of Object.entries(more ?? {}))
			if (value === undefined) delete headers[name];
			else headers[name] = value;
		return new Promise((resolve, reject) => {
			const request = http.request({ host: '127.0.0.1', port: this.server.port, method, path, headers,
				agent: this.agent, timeout: 60000 }, (reply) => {
				const parts = [];
				reply.on('data', (part) => parts.push(part));
				reply.on('error', reject);
				reply.on('end', () => {
					if (!reply.complete) return reject(new Error('the reply was cut off'));
					resolve({ status: reply.statusCode, headers: reply.headers, text: Buffer.concat(parts).toString('utf8') });
				});
			});
			request.on('timeout', () => request.destroy(new Error('no reply within a minute')));
			request.on('error', reject);
			request.end(body);
		});
	}

	// Every call here is safe to repeat: that is what the API promises and the story relies on.
	async call(method, path, value, type) {
		const body = value === undefined || type ? value : JSON.stringify(value);
		const noted = this.server.history?.call(this, method, path, value);
		for (let tries = 0; tries < TRIES; tries++) {
			let reply;
			try {
				reply = await this.once(method, `/api/v1${path}`, body, type);
			} catch {
				await wait(20 + Math.random() * 100);
				continue;
			}
			if (reply.status === 503 || reply.status === 429) {
				await wait(Math.min(1000, 1000 * Number(reply.headers['retry-after'] ?? 0.1)));
				continue;
			}
			const cookie = reply.headers['set-cookie']?.[0];
			if (cookie) this.cookie = cookie.split(';')[0];
			const read = reply.headers['content-type']?.includes('json') && !reply.headers['content-type'].includes('jsonl');
			const out = read && reply.text ? JSON.parse(reply.text) : reply.text;
			this.server.history?.end(noted, reply.status >= 400 ? 'refused' : 'ok', out);
			if (reply.status >= 400) throw new Refused(reply.status, out, `${method} ${path}`);
			return out;
		}
		throw new Error(`${method} ${path}: no answer after ${TRIES} tries`);
	}

	get(path) { return this.call('GET', path); }
	post(path, value) { return this.call('POST', path, value ?? {}); }

	// A list, page by page.
	async *list(path) {
		let after = '';
		for (let pages = 0; pages < 1e6; pages++) {
			const mark = path.includes('?') ? '&' : '?';
			const page = await this.get(`${path}${after ? `${mark}after=${encodeURIComponent(after)}` : ''}`);
			yield* page.items;
			if (!page.next) return;
			after = page.next;
		}
	}

	async signUp(name, email, password, role) {
		try {
			await this.post('/sign-up', { name, email, password, role });
		} catch (error) {
			if (!(error instanceof Refused) || error.status !== 409) throw error; // 409: an earlier try got through
		}
		const { user } = await this.post('/sign-in', { email, password });
		this.user = user;
		return user;
	}
}

export const agentOf = (connections) => new http.Agent({ keepAlive: true, maxSockets: connections });
