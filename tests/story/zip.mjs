// SPDX-License-Identifier: AGPL-3.0-or-later
// A zip file out of [name, bytes, mode] each, entry by entry.
import { deflateRawSync } from 'node:zlib';

const CRC = Array.from({ length: 256 }, (_, n) => {
	for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
	return n >>> 0;
});

export function crc32(bytes) {
	let crc = 0xffffffff;
	for (const byte of bytes) crc = CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8);
	return (crc ^ 0xffffffff) >>> 0;
}

export function zip(entries) {
	const parts = [],
		list = [];
	let at = 0;

	for (const [name, content, mode = 0o100644] of entries) {
		const path = Buffer.from(name),
			bytes = Buffer.from(content),
			packed = deflateRawSync(bytes);
		const head = Buffer.alloc(30),
			row = Buffer.alloc(46);

		head.writeUInt32LE(0x04034b50, 0);
		head.writeUInt16LE(20, 4);
		head.writeUInt16LE(8, 8);
		head.writeUInt32LE(crc32(bytes), 14);
		head.writeUInt32LE(packed.length, 18);
		head.writeUInt32LE(bytes.length, 22);
		head.writeUInt16LE(path.length, 26);
		row.writeUInt32LE(0x02014b50, 0);
		row.writeUInt16LE(0x0314, 4); // made on Unix: the mode counts
		head.copy(row, 6, 4, 30);
		row.writeUInt32LE((mode << 16) >>> 0, 38);
		row.writeUInt32LE(at, 42);
		parts.push(head, path, packed);
		list.push(row, path);
		at += head.length + path.length + packed.length;
	}
	const size = list.reduce((n, part) => n + part.length, 0),
		end = Buffer.alloc(22);

	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(entries.length, 8);
	end.writeUInt16LE(entries.length, 10);
	end.writeUInt32LE(size, 12);
	end.writeUInt32LE(at, 16);
	return Buffer.concat([...parts, ...list, end]);
}
