// SPDX-License-Identifier: AGPL-3.0-or-later
// The ready projects, in the order in which they are offered: each a file with what its tasks show
// and ask, its instructions, and a few rows to look at it with. Their sentences for
// requesters are in locale/*/gallery.ts; what workers read is English and there to be changed.
import type { Project, Template } from '../../../api/types.ts';
import boxes from './boxes.json';
import catalogue from './catalogue.json';
import collect from './collect.json';
import compare from './compare.json';
import duplicates from './duplicates.json';
import entities from './entities.json';
import factCheck from './fact-check.json';
import formField from './form-field.json';
import apples from './media/apples.svg';
import form from './media/form.svg';
import greeting from './media/greeting.mp3';
import lakes from './media/lakes.svg';
import pears from './media/pears.svg';
import poster from './media/poster.svg';
import street from './media/street.svg';
import moderate from './moderate.json';
import outlines from './outlines.json';
import picture from './picture.json';
import sentiment from './sentiment.json';
import survey from './survey.json';
import topics from './topics.json';
import transcript from './transcript.json';
import translate from './translate.json';
import validate from './validate.json';

interface Ready {
  category: string;
  title: string;
  instructions: string;
  rules: Partial<Pick<Project, 'redundancy' | 'estimate_s'> & { method: string }>;
  template: Template;
  rows: Record<string, string>[];
}

const made = {
  sentiment, topics, catalogue, entities, picture, boxes, outlines, transcript, collect, validate, duplicates, survey, moderate,
  translate, 'form-field': formField, 'fact-check': factCheck, compare,
};
export type Name = keyof typeof made;
export interface Entry extends Ready { name: Name }
export const entries: Entry[] = Object.entries(made).map(([name, ready]) => ({ name: name as Name, ...(ready as unknown as Ready) }));

/** The files that sample rows speak of, by name. */
export const media: Record<string, string> = {
  'apples.svg': apples, 'form.svg': form, 'greeting.mp3': greeting, 'lakes.svg': lakes, 'pears.svg': pears, 'poster.svg': poster, 'street.svg': street,
};
