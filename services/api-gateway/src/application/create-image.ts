import type { CreateImageBody } from '@deskfleet/contracts';
import { describeImage, type ImageRecord } from '../domain/image-record.ts';
import { judgeImage } from '../domain/judge-image.ts';
import { causeOf } from '../domain/principal.ts';
import { done, type Outcome, type Refusal, refused } from '../domain/refusal.ts';
import { answerAgain } from './answer-again.ts';
import type { ImageRequests, RequestedImage } from './image-store.ts';
import type { IdempotencyKey, NewId, Now, Request, StoredAnswer } from './ports.ts';

export interface CreateImageDeps {
  requests: ImageRequests;
  now: Now;
  newId: NewId;
}

export interface CreateImageRequest extends Request {
  sessionId: string;
  body: CreateImageBody;
  idempotency: IdempotencyKey | null;
}

/**
 * Accepts that an image be made of a desktop: the image, the event, the audit entry and the kept answer are one
 * transaction. Session-manager makes the image of what is written here.
 */
export function createImage(
  deps: CreateImageDeps,
  request: CreateImageRequest,
): Promise<Outcome<StoredAnswer>> {
  const { principal, sessionId, body, idempotency } = request;
  const about = { sessionId, principal: principal.name, key: idempotency?.key ?? null };
  return deps.requests.withSession(about, async (step) => {
    const { previous } = step;
    if (previous) return answerAgain(previous, idempotency);
    const verdict = judgeImage(principal, step.session);
    if (!verdict.allowed) return refused(verdict.refusal);
    if (await step.isNameTaken(body.name)) return refused(nameTaken(body.name));
    const image = newImage(deps, request, verdict.session.owner);
    const answer = answerOf(image);
    await step.record(requestedImage(image, request, { answer, auditId: deps.newId() }));
    return done(answer);
  });
}

function nameTaken(name: string): Refusal {
  const detail = `There is a software stack named ${name} already, or an image that will become one. Choose another name.`;
  return { code: 'software-stack-name-taken', detail, errors: [{ pointer: '/name', detail }] };
}

function newImage(
  { now, newId }: CreateImageDeps,
  { sessionId, body }: CreateImageRequest,
  owner: string,
): ImageRecord {
  return {
    id: newId(),
    sessionId,
    owner,
    name: body.name,
    description: body.description ?? '',
    createdAt: now().toJSDate(),
    softwareStackId: null,
    progress: null,
  };
}

function answerOf(image: ImageRecord): StoredAnswer {
  return { status: 202, location: `/v1/images/${image.id}`, body: JSON.stringify(describeImage(image)) };
}

function requestedImage(
  image: ImageRecord,
  { principal, requestId, sourceAddress, idempotency }: CreateImageRequest,
  { answer, auditId }: { answer: StoredAnswer; auditId: string },
): RequestedImage {
  const { id: imageId, sessionId, owner, name } = image;
  const cause = causeOf(principal, owner);
  return {
    image,
    requestedBy: cause,
    correlationId: requestId,
    audit: {
      id: auditId,
      at: image.createdAt,
      actor: cause,
      action: 'session.create-image',
      sessionId,
      sourceAddress,
      detail: { requestId, imageId, name },
    },
    announcement: {
      type: 'deskfleet.image.requested.v1',
      correlationId: requestId,
      data: { imageId, sessionId, owner, cause, name },
    },
    answer: idempotency ? { ...answer, ...idempotency } : null,
  };
}
