// SPDX-License-Identifier: AGPL-3.0-or-later
// track: boxes that follow things through a video. One goes to a moment and draws or moves a box: that
// is a key of its track at this moment. Between keys edges go evenly; behind the last one the box stays,
// until a key says that it is gone (src/kind/track/track.c). The frame is drawn on a canvas below the
// boxes, so it is zoomed as a picture is.
import { t } from '../../base/i18n.ts';
import { BoxMarks, type Box } from '../box/box.ts';
import { hundredth, within, type Marks, type Point } from '../picture.ts';
import { make, on } from '../widget.ts';

interface Key { at_ms: number; box: Box['box']; gone?: boolean }
interface Track { label?: string; keys: Key[] }
/** A track as a box of this moment; `away` where it is not there. */
interface Now extends Box { keys?: Key[]; away?: boolean }
interface Value { width: number; height: number; duration_ms: number; tracks: Track[] }

/** With Shift as some keyboards have it. */
const STEPS: Record<string, number> = { ',': -1, '.': 1, '<': -10, '>': 10, ';': -10, ':': 10 };

/** 61234 → "1:01.234" */
const clock = (ms: number) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}.${String(ms % 1000).padStart(3, '0')}`;

/** The last key up to a moment; -1: there is none. */
const before = (keys: Key[], ms: number) => keys.filter((k) => k.at_ms <= ms).length - 1;

/** Where a track is at a moment, and whether it is there. */
export function trackAt(keys: Key[], ms: number): { box: Box['box']; away: boolean } {
  const i = before(keys, ms);
  const [a, b] = [keys[i] ?? keys[0]!, keys[i + 1]];
  const share = i >= 0 && b && !a.gone ? (ms - a.at_ms) / (b.at_ms - a.at_ms) : 0;
  const box = a.box.map((n, k) => hundredth(n + share * ((b?.box[k] ?? n) - n))) as Box['box'];
  return { box, away: i < 0 || a.gone === true };
}

export class TrackMarks extends BoxMarks {
  #video = make('video');
  #canvas = make('canvas');
  #time = make('input');
  #shown = make('output');
  #play: HTMLElement | null = null;

  protected override build(): void {
    this.#canvas = make('canvas', { class: 'picture-paint' });
    this.#time = make('input', { type: 'range', min: '0', value: '0', 'aria-label': t('track.time') });
    this.#shown = make('output', { class: 'mask-size' });
    super.build();
    this.stage.prepend(this.#canvas);
    this.stage.before(make('div', { class: 'row track-time' }, this.#time, this.#shown));
    on(this.#time, 'input', () => this.#seek(this.#time.valueAsNumber));
    on(this.#time, 'change', () => {});
    this.stage.addEventListener('pointerdown', () => this.#video.pause());
  }

  override disconnectedCallback(): void {
    this.#video.pause();
    this.#video.removeAttribute('src');
    super.disconnectedCallback();
  }

  protected override tools(): HTMLElement[] {
    const step = this.spec.step_ms ?? 40;
    const play = this.button('play', t('sound.play'), t('sound.space'), () => this.#toggle());
    this.#play = play.firstElementChild as HTMLElement;
    return [
      play,
      this.button('back', t('track.back'), ',', () => this.#seek(this.#now - step)),
      this.button('next', t('track.next'), '.', () => this.#seek(this.#now + step)),
      this.button('key', t('track.key'), 'K', () => this.#key()),
      this.button('gone', t('track.gone'), 'G', () => this.#gone()),
    ];
  }

  protected override keysText(): string {
    return `${t('track.keys')} ${super.keysText()}`;
  }

  // --- the video ---
  get #now(): number {
    return Math.round(this.#video.currentTime * 1000);
  }
  get #length(): number {
    return Math.round(this.#video.duration * 1000);
  }

  protected override load(src: string, ready: (wide: number, high: number) => void, bad: () => void): null {
    const video = make('video', { src, preload: 'auto', playsinline: '' });
    this.#video = video;
    video.addEventListener('loadeddata', () => {
      if (!Number.isFinite(video.duration) || !video.videoWidth) return bad();
      this.#time.max = String(this.#length);
      ready(video.videoWidth, video.videoHeight);
    });
    video.addEventListener('error', bad);
    for (const name of ['play', 'pause', 'seeked'] as const) {
      video.addEventListener(name, () => {
        if (this.#play) this.#play.textContent = t(video.paused ? 'sound.play' : 'sound.pause');
        this.#tick();
      });
    }
    return null;
  }

  #tick = (): void => {
    if (!this.isConnected) return;
    this.paint();
    if (!this.#video.paused) requestAnimationFrame(this.#tick);
  };

  #toggle(): void {
    if (this.#video.paused) void this.#video.play().catch(() => this.told(t('picture.bad')));
    else this.#video.pause();
  }

  #seek(ms: number): void {
    this.#video.pause();
    this.#video.currentTime = within(ms, 0, this.#length) / 1000;
    this.paint();
  }

  protected override paint(): void {
    super.paint();
    const m = this.svg.getScreenCTM();
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    if (!this.wide || !m || !width) return;
    this.#time.value = String(this.#now);
    const now = this.#shown.textContent = clock(this.#now);
    this.#time.setAttribute('aria-valuetext', t('sound.at', { now, all: clock(this.#length) }));
    const k = devicePixelRatio;
    this.#canvas.width = width * k;
    this.#canvas.height = height * k;
    this.#canvas.getContext('2d')!.drawImage(this.#video, (m.e - left) * k, (m.f - top) * k, this.wide * m.a * k, this.high * m.d * k);
  }

  // --- tracks as boxes of this moment ---
  get #tracks(): Track[] {
    return (this.value as unknown as Value | null)?.tracks ?? [];
  }

  protected override get marks(): Now[] {
    const now = this.#now;
    return this.#tracks.map((one) => ({ ...one, ...trackAt(one.keys, now) }));
  }

  /** What has become another box, or is new, has a key at this moment. */
  protected override whole(shapes: Now[]): Marks<Box> {
    const at_ms = this.#now;
    const tracks = shapes.map(({ label, keys = [], box }) => {
      const same = keys.length > 0 && String(trackAt(keys, at_ms).box) === String(box);
      const all = same ? keys : this.#with(keys, { at_ms, box });
      return label === undefined ? { keys: all } : { label, keys: all };
    });
    return { width: this.wide, height: this.high, duration_ms: this.#length, tracks } as unknown as Marks<Box>;
  }

  /** These keys with that one in its place. */
  #with(keys: Key[], key: Key): Key[] {
    return [...keys.filter((k) => k.at_ms !== key.at_ms), key].sort((a, b) => a.at_ms - b.at_ms);
  }

  /** The chosen track with other keys, where they make one. */
  #change(keys: Key[]): void {
    const { at } = this;
    const good = keys.length > 0 && keys.every((k, i) => !k.gone || (i > 0 && !keys[i - 1]!.gone));
    if (at >= 0 && good) this.commit(this.marks.map((m, i) => (i === at ? { ...m, keys, box: trackAt(keys, this.#now).box } : m)));
    this.tellAt();
  }

  /** A key here, or none any more. */
  #key(): void {
    const keys = this.#tracks[this.at]?.keys ?? [];
    const at_ms = this.#now;
    const left = keys.filter((k) => k.at_ms !== at_ms);
    this.#change(left.length < keys.length ? left : this.#with(keys, { at_ms, box: trackAt(keys, at_ms).box }));
  }

  /** It goes out of sight here; or it does not, where it did. */
  #gone(): void {
    const keys = this.#tracks[this.at]?.keys;
    if (!keys) return;
    const at_ms = this.#now;
    const last = keys[before(keys, at_ms)];
    if (last?.gone) this.#change(keys.filter((k) => k !== last));
    else if (last) this.#change(this.#with(keys, { at_ms, box: trackAt(keys, at_ms).box, gone: true }));
  }

  protected override path(mark: Now): string {
    return mark.away ? '' : super.path(mark);
  }

  protected override holds(mark: Now, p: Point): boolean {
    return !mark.away && super.holds(mark, p);
  }

  /** One that is not there now is shown where it begins. */
  protected override meet(mark: Now): void {
    if (mark.away) this.#seek(mark.keys![0]!.at_ms);
  }

  protected override more(name: string, single: boolean, ev: KeyboardEvent): boolean {
    const step = this.spec.step_ms ?? 40;
    const keys = this.#tracks[this.at]?.keys ?? [];
    const by = STEPS[name];
    if (name === ' ') this.#toggle();
    else if (by && single) this.#seek(this.#now + by * step);
    else if (name === 'PageUp') this.#seek(keys[before(keys, this.#now - 1)]?.at_ms ?? 0);
    else if (name === 'PageDown') this.#seek(keys[before(keys, this.#now) + 1]?.at_ms ?? this.#length);
    else if (single && name === 'k') this.#key();
    else if (single && name === 'g') this.#gone();
    else return super.more(name, single, ev);
    return true;
  }

  // --- the value ---
  protected override accept(value: unknown): Marks<Box> | undefined {
    const { width, height, duration_ms, tracks } = (value ?? {}) as Value;
    const whole = (n: unknown) => Number.isInteger(n) && (n as number) >= 0;
    // Labels and first boxes as those of a picture.
    const good = [width, height, duration_ms].every(whole) && Array.isArray(tracks)
      && super.accept({ shapes: tracks.map((one: Track | null) => ({ label: one?.label, ...one?.keys?.[0] })) })
      && tracks.every(({ keys }) => Array.isArray(keys) && keys.every((k: Key | null, i) => k && whole(k.at_ms) && k.at_ms <= duration_ms
        && this.read({ ...k }) && (i ? k.at_ms > keys[i - 1]!.at_ms : !k.gone)));
    return good ? value as Marks<Box> : undefined;
  }

  protected override where(mark: Now, n: number): string {
    return `${super.where(mark, n)} ${clock(this.#now)}`;
  }
}

customElements.define('x-track', TrackMarks);
