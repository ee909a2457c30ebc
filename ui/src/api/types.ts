// SPDX-License-Identifier: AGPL-3.0-or-later
// The operations of /api/v1, by verb and path, with what goes in and what comes out. The table
// `Api` has the shape that gen-api.mjs makes from the server's own document; the nouns
// below it are named parts of it.

/** A decimal number as text. */
export type Id = string;
/** Minor units. */
export type Minor = number;
/** RFC 3339. */
export type Time = string;
export type Role = 'worker' | 'requester' | 'reviewer' | 'manager' | 'operator';
export type OrgRole = 'owner' | 'member' | 'reviewer';
export interface List<T> { items: T[]; next?: string | null }

export type ProseNode = string | { t: string; c?: ProseNode[]; href?: string; src?: string; alt?: string };

export interface Option { value: string; label: string; src?: string | null; href?: string }
export interface ChoiceBlock {
  type: 'choice'; name: string; label?: string; hint?: string; options: (string | Option)[];
  many?: boolean; min?: number; max?: number; required?: boolean;
}
export interface TextBlock {
  type: 'text'; name: string; label?: string; hint?: string; long?: boolean; max?: number;
  pattern?: string | null; required?: boolean;
}
export interface NumberBlock {
  type: 'number'; name: string; label?: string; hint?: string; min?: number | null; max?: number | null;
  integer?: boolean; required?: boolean;
}
/** A picture on which shapes are marked. */
export interface PictureBlock {
  type: 'box' | 'polygon' | 'polyline' | 'point' | 'mask' | 'track'; name: string; label?: string; hint?: string; src: string | null; href?: string; alt?: string;
  labels: string[]; min: number; max: number; step_ms?: number; required?: boolean;
}
export interface ScaleBlock {
  type: 'scale'; name: string; label?: string; hint?: string; min: number; max: number; low: string; high: string;
  required?: boolean;
}
export interface DateBlock {
  type: 'date'; name: string; label?: string; hint?: string; min: string | null; max: string | null; required?: boolean;
}
export interface PairBlock {
  type: 'pair'; name: string; label?: string; hint?: string; options: Option[]; equal: boolean; required?: boolean;
}
export interface RankBlock { type: 'rank'; name: string; label?: string; hint?: string; options: Option[]; required?: boolean }
export interface TaxonomyBlock {
  type: 'taxonomy'; name: string; label?: string; hint?: string; tree: string; leaf: boolean; required?: boolean;
}
export interface SpansBlock {
  type: 'spans'; name: string; label?: string; hint?: string; text: string; labels: string[]; relations: string[];
  min: number; max: number; required?: boolean;
}
export interface TranscriptBlock {
  type: 'transcript'; name: string; label?: string; hint?: string; src: string | null; href?: string; alt?: string;
  peaks: string | null; regions: boolean; required?: boolean;
}
/** Asked when the answer of an earlier field is, or holds, one of these values. */
export interface Condition { field: string; is: string | string[] }
/** `quota`: asked first, and only so many answers of a kind are taken. */
export type AnswerBlock = { show_if?: Condition; quota?: boolean } & (
  | ChoiceBlock | TextBlock | NumberBlock | ScaleBlock | DateBlock | PairBlock | RankBlock | TaxonomyBlock | SpansBlock | PictureBlock | TranscriptBlock);
export type Block =
  | { type: 'markdown'; nodes: ProseNode[] }
  | { type: 'image'; src: string; alt?: string; crop?: [number, number, number, number]; blur?: boolean }
  | AnswerBlock;
/** What a worker sees of one task. */
export interface WorkPage { title: string; instructions: ProseNode[]; blocks: Block[] }
export type Answer = Record<string, unknown>;

/** The number of a task inside its project. */
export type TaskNo = number | string;
export interface Assignment {
  project: Id; task: TaskNo; epoch: string; until: Time; accepted: Time; now?: Time; reward: Minor;
  page: WorkPage; draft?: Answer | null; left?: number; done?: number; earned?: Minor;
}
export interface User { id: Id; name: string; email: string; roles: Role[]; locale?: string }
export interface Me {
  user: User; orgs: { id: Id; name: string; role: string }[]; balance: Minor; currency: string;
}
export interface Work {
  project: Id; title: string; requester: string; kind: string; reward: Minor; hourly?: Minor | null;
  hourly_measured: boolean; seconds: number; left: number; held?: { task: TaskNo; until: Time } | null;
  approve_after_s: number; picking: boolean; currency?: string; time_allowed_s?: number;
}
export interface WorkDetail extends Work { me: Id; page: WorkPage }
export interface Mine {
  project: Id; title: string; task: TaskNo; state: string; reward: Minor; reason?: string | null; at: Time;
}
export interface Earnings {
  available: Minor; pending: Minor; today: Minor; week: Minor; total: Minor; currency: string;
  hourly?: Minor | null;
}
export interface Entry { transfer: string; sub?: string | number; amount: Minor; at: Time; about: string }
export interface Session {
  id: Id; created: Time; seen: Time; address: string; agent: string; current: boolean;
}
export interface Key { access_key: string; label: string; created: Time; used?: Time | null }
export interface Notice { id: Id; kind: string; text: string; at: Time; read: boolean }

export type ProjectState = 'draft' | 'funding' | 'open' | 'paused' | 'done' | 'closed' | 'leaving';
export type Priority = 'low' | 'normal' | 'high';
export interface ProjectRow {
  id: Id; title: string; state: ProjectState; tasks: number; judged: number; submitted: number;
  spent: Minor; budget: Minor; created: Time;
}
export interface Template {
  blocks: Record<string, unknown>[];
  /** Lists of fields that trade places. */
  shuffle?: string[][];
  quotas?: { field: string; is: string | string[]; max: number }[];
}
export interface Project {
  id: Id; org: Id; title: string; brief: string; instructions: string; template: Template;
  reward: Minor; fee_permille: number; redundancy: number; gold_share_permille: number;
  gold_redundancy: number; time_allowed_s: number; approve_after_s: number; deadline?: Time | null;
  audience: 'everyone' | 'invited'; picking: boolean; estimate_s: number; method: 'shrunk' | 'plurality';
  confidence_permille: number; redundancy_least: number; gold_grown: number; priority: Priority;
  copy_permille: number;
  /** The questions whose confidence is calibrated; that of the others says how far answers agree. */
  sure: string[]; revision: number;
  created: Time; state: ProjectState; kind: string; columns: string[]; records: number; gold: number;
  /** Known answers that do not fit the questions, and whether some are still to be compared. */
  gold_bad: number; gold_left: boolean;
  tasks: number; places: number; published?: Time | null; done?: Time | null;
}
/** What can be changed of a project; `template` also as the text in which it is being written. */
export type ProjectEdit = Partial<Pick<Project, 'revision' | 'title' | 'brief' | 'instructions' | 'reward' | 'redundancy'
  | 'gold_share_permille' | 'gold_redundancy' | 'time_allowed_s' | 'approve_after_s' | 'estimate_s' | 'audience' | 'picking' | 'method'
  | 'confidence_permille' | 'redundancy_least' | 'gold_grown' | 'priority' | 'copy_permille'>>
  & { template?: Template | string; deadline?: string };
export interface Source {
  id: Id; name: string; form: string;
  state: 'checking' | 'checked' | 'importing' | 'imported' | 'refused' | 'undoing'; size: number; rows: number; bad: number;
  columns: { name: string; type: string; sample: string }[]; sample: Record<string, string>[];
  /** Addresses of small pictures, by the name of the file in the sample. */
  small: Record<string, string>;
  faults: { line: number; row: number; reason: string }[]; gold_faults: { row: number; reason: string }[];
  done: number; records: number; gold: number;
  message?: string | null; created: Time;
}
export interface TemplateCheck {
  ok: boolean; faults: { path: string; message: string; line?: number | null }[];
  fields: { name: string; kind: string }[];
}
export interface Quote {
  tasks: number; known: number; answers_each: number; known_answers_each: number; answers: number; copies: number;
  reward: Minor; fee: Minor; total: Minor; available: Minor;
  missing: Minor; seconds_each: number; per_hour?: Minor | null; floor_per_hour?: Minor | null;
  below_floor?: boolean | null; currency?: string; state?: ProjectState; alike: boolean; untouched: boolean; ready: boolean;
  faults: { field: string; message: string }[];
}
export interface Progress {
  state: ProjectState; tasks: number; judged: number; submitted: number; approved: number;
  rejected: number; answers_needed: number; rate_per_hour: number; finish?: Time | null;
  spent: Minor; rewards: Minor; fees: Minor; reserved: Minor; refunded: Minor; budget: Minor; paid: number;
  confidence_mean?: number | null; per_result?: Minor | null;
  chart: { at: Time; submitted: number }[];
}
export interface Charts {
  points: { answers: number; confidence?: number | null; per_result?: Minor | null }[];
  at?: Time | null;
  /** As it was found `at`: `bins` count items by their share of pairs of answers that are alike; `counts` at l * K + k say how often l was said where k is thought true. */
  look?: {
    sampled: number;
    agreement: { field: string; items: number; share: number; bins: number[] }[];
    confusion: { field: string; values: unknown[]; counts: number[] }[];
    workers: { worker: Id; answers: number; share: number; at_least: number }[];
  } | null;
}
export interface FieldResult {
  field: string; value: unknown; confidence: number; answers: number; tie?: boolean;
  /** The model's own, before it is calibrated; empty where answers come out of no list. */
  posterior: { value: unknown; share: number }[];
}
export interface ResultRow {
  task: number; fields: Record<string, string>; results: FieldResult[]; gold: boolean;
}
export interface TaskRow {
  task: number; state: string; need: number; taken: number; filled: number; gold: boolean;
  fields: Record<string, string>;
}
export interface TaskDetail {
  task: Id; state: string; need: number; taken: number; filled: number; gold: boolean;
  fields: Record<string, string>; page: WorkPage;
  /** `unlike`: the fields in which it does not mean what was concluded. */
  answers: { worker: Id; answer: Answer; state: string; at: Time; seconds: number; spare: boolean; unlike: string[] }[];
  results: FieldResult[];
}
export interface Review {
  task: number; worker: Id; answer: Answer; fields: Record<string, string>; at: Time; seconds: number;
}
/** Something in a worker's answers that is hard to explain by work. */
export interface Doubt {
  what: 'fast' | 'constant' | 'alike'; with?: Id | null; answers: number; found: number; expected: number;
  text: string; state: 'waits' | 'dismissed' | 'watched' | 'paused';
}
export interface WorkerRow {
  worker: Id; submitted: number; approved: number; rejected: number; gold_seen: number; gold_right: number;
  percent?: number | null; at_least?: number | null; doubts: Doubt[];
}
/** Results of one field that somebody has looked at. */
export interface Certified {
  field: string; results: number; claimed?: number | null; learned: number; calibrated: boolean; known: number; checked: number; right: number;
  share?: number | null; low?: number | null; high?: number | null;
}
/** What is thought of one's own answers in one project. */
export interface Skill {
  project: Id; title: string; answers: number; rejected: number; percent?: number | null; at_least?: number | null;
}
/** A judgement of one's own answer that can be contested, or was. */
export interface MyContest {
  project: Id; task: number; title: string; about: 'rejection' | 'known'; answer: Answer; reason?: string | null;
  truth?: Answer | null; state: 'open' | 'waiting' | 'upheld' | 'dismissed'; text?: string | null; reply?: string | null;
}
export interface Contest {
  task: number; worker: Id; about: 'rejection' | 'known'; text: string; at: Time; reason?: string | null;
  answer: Answer; fields: Record<string, string>; truth?: Answer | null;
}
export interface UserRow {
  id: Id; name: string; email: string; roles: Role[]; state: string; created: Time;
}
export interface Ledger {
  accounts: number; projects: number; available: Minor; held: Minor; payout_pending: Minor; came_in: Minor;
  reserved: Minor; fees: Minor; in_flight: Minor; sums_to_zero: boolean; currency: string;
}
export interface Health {
  engine: string; users: number; memory_mb: number; landlock: boolean;
  jobs: { due: number; broken: number; oldest_s: number };
  projects: { state: ProjectState; count: number }[];
}
export interface Job {
  kind: string; key: Id; part: Id; state: 'waiting' | 'running' | 'broken'; due: Time; tries: number;
  error?: string | null;
}
export interface Brand {
  /** Its own; empty: none, and `house` stands on pages. */
  name: string; house: string; sheet?: string | null; accent?: string | null; accent_dark?: string | null;
  logo?: { src: string; width: number; height: number } | null;
}
/** An accent colour in one look: what is written on it, its grounds, and where its contrast is least. */
export interface Seen {
  accent: string; word: string; tint: string; page: string; ratio: number;
  where: 'page' | 'panel' | 'sunk' | 'tint' | 'quiet' | 'word'; enough: boolean;
}
export interface AuditRow {
  id: string; scope: string; at: Time; actor?: Id | null; via: string; address: string; request: string;
  what: string; about?: Id | null; detail?: unknown; hash: string;
}

/** The server's own document, as far as its page shows it. */
export interface Schema {
  type?: string | string[]; format?: string; enum?: unknown[]; pattern?: string; description?: string;
  minLength?: number; maxLength?: number; minimum?: number; maximum?: number;
  properties?: Record<string, Schema>; required?: string[]; items?: Schema;
}
type Content = Record<string, { schema?: Schema }>;
export interface OpenApi {
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, {
    operationId: string; summary?: string; tags?: string[]; 'x-roles'?: string[]; 'x-runs'?: string;
    parameters?: { name: string; in: 'path' | 'query'; required?: boolean; schema: Schema }[];
    requestBody?: { content: Content }; responses: Record<string, { content?: Content }>;
  }>>;
}

interface Page { after?: string; limit?: number }

/** A format that results can be had in; `why` it does not suit the project. */
export interface Format {
  name: string; title: string; ending: string; about: string; suits: boolean; why: string;
  answers: boolean; certificate: boolean; leaves: string[];
}

/** Operation → what it takes and gives. `path` values are named in the key itself. */
export interface Api {
  'POST /sign-up': { body: { name: string; email: string; password: string; role: 'worker' | 'requester' }; reply: { id: Id } };
  'POST /sign-in': { body: { email: string; password: string; agent?: string }; reply: { user: User } };
  'POST /sign-out': { reply: void };
  'GET /me': { reply: Me };
  'POST /me/password': { body: { old: string; new: string }; reply: void };
  'POST /password/forgot': { body: { email: string }; reply: void };
  'POST /password/reset': { body: { token: string; password: string }; reply: void };
  'POST /me/locale': { body: { locale: string }; reply: void };
  'GET /me/sessions': { reply: List<Session> };
  'POST /me/sessions/{session}/end': { reply: void };
  'GET /me/keys': { reply: List<Key> };
  'POST /me/keys': { body: { label: string }; reply: { access_key: string; secret_key: string } };
  'DELETE /me/keys/{key}': { reply: void };
  'GET /me/notices': { query: Page; reply: List<Notice> & { unread: number } };
  'POST /me/notices/read': { body: { upto: Id }; reply: void };
  'GET /me/entries': { query: Page; reply: List<Entry> };
  'GET /me/skills': { query: Page; reply: List<Skill> };
  'GET /me/contests': { query: Page; reply: List<MyContest> };
  'POST /work/{project}/tasks/{task}/contest': { body: { text: string }; reply: void };
  'GET /me/accuracy': { reply: { percent?: number | null } };
  'GET /me/earnings': { reply: Earnings };

  'GET /users': { query: Page & { q?: string; role?: Role }; reply: List<UserRow> };
  'POST /users': { body: { name: string; email: string; role: Role; password?: string }; reply: { id: Id } };
  'POST /users/{user}/state': { body: { disabled: boolean }; reply: void };
  'POST /users/{user}/roles': { body: { roles: Role[] }; reply: void };
  'GET /orgs': { reply: List<{ id: Id; name: string; role: string }> };
  'POST /orgs': { body: { name: string }; reply: { id: Id } };
  'GET /orgs/{org}': { reply: { id: Id; name: string; members: { user: Id; name: string; email: string; role: string }[] } };
  'POST /orgs/{org}/members': { body: { email: string; role: OrgRole }; reply: void };
  'DELETE /orgs/{org}/members/{user}': { reply: void };
  'GET /orgs/{org}/balance': { reply: { available: Minor; currency: string } };
  'GET /orgs/{org}/entries': { query: Page; reply: List<Entry> };
  'POST /deposits': { body: { org: Id; amount: Minor; reference: string }; reply: { org: Id; fresh: boolean; available: Minor; currency: string } };
  'GET /ledger': { reply: Ledger };
  'GET /accounts/{account}/entries': { query: Page; reply: List<Entry> };

  'GET /kinds': { reply: List<{ name: string; about: string; example: unknown }> };
  'GET /projects': { query: Page & { org?: Id; state?: Exclude<ProjectState, 'leaving'> }; reply: List<ProjectRow> };
  'POST /projects': { body: { org?: Id; title: string }; reply: { id: Id } };
  'GET /projects/{project}': { reply: Project };
  'POST /projects/{project}': { body: ProjectEdit; reply: Project };
  'DELETE /projects/{project}': { reply: void };
  'POST /projects/{project}/template/check': { body: { template: unknown }; reply: TemplateCheck };
  'GET /projects/{project}/preview': { query: { row?: number }; reply: { page: WorkPage; rows: number } };
  'POST /projects/{project}/preview': {
    body: { template: Template; instructions?: string; row?: number }; reply: { page: WorkPage; rows: number };
  };
  'POST /templates/preview': {
    body: { template: Template; fields: Record<string, string>; title?: string; instructions?: string }; reply: { page: WorkPage };
  };
  'POST /projects/{project}/sources': { query: { name: string }; body: Blob; reply: Source };
  'GET /projects/{project}/sources': { reply: List<Source> };
  'GET /projects/{project}/sources/{source}': { reply: Source };
  'POST /projects/{project}/sources/{source}/import': { body: { skip_bad: boolean; given?: boolean; key?: string }; reply: Source };
  'DELETE /projects/{project}/sources/{source}': { reply: void };
  'GET /projects/{project}/tasks': { query: Page & { state?: 'open' | 'full' | 'judged' }; reply: List<TaskRow> };
  'GET /projects/{project}/tasks/{task}': { reply: TaskDetail };
  'GET /projects/{project}/quote': { reply: Quote };
  'GET /projects/{project}/charts': { reply: Charts };
  'POST /projects/{project}/publish': { body: { total: Minor }; reply: { state: ProjectState } };
  'GET /projects/{project}/invites': { query: Page; reply: List<{ user: Id; name: string; email: string }> };
  'POST /projects/{project}/invites': { body: { email: string }; reply: void };
  'DELETE /projects/{project}/invites/{user}': { reply: void };
  'POST /projects/{project}/pause': { reply: unknown };
  'POST /projects/{project}/resume': { reply: unknown };
  'POST /projects/{project}/close': { reply: { refund: Minor } };
  'GET /projects/{project}/results': { query: Page; reply: List<ResultRow> };
  'POST /projects/{project}/gold': { body: { task: number; truth: Answer }; reply: unknown };
  'GET /projects/{project}/formats': { reply: List<Format> };
  'GET /projects/{project}/certificate': { reply: { state: ProjectState; items: Certified[] } };
  'GET /projects/{project}/checks/next': { reply: { task?: number | null; page?: WorkPage | null } };
  'POST /projects/{project}/checks': { body: { task: number; answer: Answer }; reply: { items: { field: string; value: unknown; right: boolean }[] } };
  'GET /projects/{project}/workers': { query: Page; reply: List<WorkerRow> };
  'POST /projects/{project}/workers/{worker}': {
    body: { decision: 'nothing' | 'gold' | 'pause'; reason: string }; reply: void;
  };
  'GET /projects/{project}/reviews': { query: Page; reply: List<Review> };
  'POST /projects/{project}/reviews/{task}/{worker}/approve': { reply: unknown };
  'POST /projects/{project}/reviews/{task}/{worker}/reject': { body: { reason: string }; reply: unknown };
  'POST /projects/{project}/reviews/approve-all': { body: { upto: Time }; reply: { approved: number; more: boolean } };
  'GET /projects/{project}/contests': { query: Page; reply: List<Contest> };
  'POST /projects/{project}/contests/{task}/{worker}': {
    body: { decision: 'right' | 'unclear' | 'dismiss'; reply: string }; reply: void;
  };
  'GET /projects/{project}/progress': { reply: Progress };

  'GET /work': { query: Page & { kind?: string; min_hourly?: Minor }; reply: List<Work> };
  'GET /work/{project}': { reply: WorkDetail };
  'GET /work/{project}/tasks': { query: Page; reply: List<{ task: TaskNo }> };
  'POST /work/accept': { reply: { assignment?: Assignment | null; none?: string | null } };
  'POST /work/{project}/accept': { body: { task?: number }; reply: { assignment?: Assignment | null; none?: string | null } };
  'POST /work/{project}/tasks/{task}/heartbeat': { body: { epoch: string; every_s?: number; acts?: boolean }; reply: { until: Time } };
  'POST /work/{project}/tasks/{task}/draft': { body: { epoch: string; answer: Answer }; reply: void };
  'POST /work/{project}/tasks/{task}/submit': {
    body: { epoch: string; answer: Answer; active_ms?: number; next?: boolean; any?: boolean };
    reply: { state: string; next?: Assignment | null; none?: string | null };
  };
  'POST /work/{project}/tasks/{task}/return': { body: { epoch: string }; reply: void };
  'POST /work/{project}/tasks/{task}/screen': { body: { epoch: string; answer: Answer }; reply: { taken: boolean } };
  'GET /work/mine': { query: Page; reply: List<Mine> };

  'GET /openapi.json': { reply: OpenApi };
  'GET /health/details': { reply: Health };
  'GET /jobs': { reply: List<Job> };
  'POST /jobs/revive': { body: { kind: string; key?: Id; part?: Id }; reply: void };
  'GET /brand': { reply: Brand };
  'GET /brand/contrast': { query: { accent: string; accent_dark?: string }; reply: { least: number; light: Seen; dark: Seen } };
  'POST /brand': { body: { name?: string; accent?: string; accent_dark?: string }; reply: Brand };
  'DELETE /brand': { reply: Brand };
  'POST /brand/logo': { body: Blob; reply: Brand };
  'DELETE /brand/logo': { reply: Brand };
  'GET /audit': { query: Page & { act?: string; scope?: string }; reply: List<AuditRow> };
  'GET /all-orgs': { query: Page & { q?: string }; reply: List<{ id: Id; name: string; owner: string }> };
}
