/** Probes, lifecycle hooks and the handlers both are made of. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IHTTPGetAction } from 'kubernetes-models/v1/HTTPGetAction';
import type { ILifecycle } from 'kubernetes-models/v1/Lifecycle';
import type { ILifecycleHandler } from 'kubernetes-models/v1/LifecycleHandler';
import type { IProbe } from 'kubernetes-models/v1/Probe';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../../meta/field-error.ts';
import { validateHttpHeaderName } from '../../../meta/names.ts';
import { invalidEach, nonNegative, portNumberOrName, present, validateAlternatives } from './checks.ts';

type Handler = Pick<IProbe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<ILifecycleHandler, 'sleep'>;

/** Probes and hooks of a container that keeps running. `gracePeriod` is the pod's, in seconds. */
export function validateProbesAndLifecycle(
  at: FieldPath,
  container: IContainer,
  gracePeriod: number | undefined,
): FieldError[] {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  return [
    ...(lifecycle ? validateLifecycle(at.child('lifecycle'), lifecycle, gracePeriod) : []),
    ...(livenessProbe ? validateRestartingProbe(at.child('livenessProbe'), livenessProbe) : []),
    ...(readinessProbe ? validateReadinessProbe(at.child('readinessProbe'), readinessProbe) : []),
    ...(startupProbe ? validateRestartingProbe(at.child('startupProbe'), startupProbe) : []),
  ];
}

function validateRestartingProbe(at: FieldPath, probe: IProbe): FieldError[] {
  const errors = validateProbe(at, probe);
  const { successThreshold = 0 } = probe;
  if (successThreshold !== 1) errors.push(invalid(at.child('successThreshold'), successThreshold, 'must be 1'));
  return errors;
}

function validateReadinessProbe(at: FieldPath, probe: IProbe): FieldError[] {
  const errors = validateProbe(at, probe);
  const { terminationGracePeriodSeconds: seconds } = probe;
  if (seconds !== undefined) {
    const detail = 'must not be set for readinessProbes';
    errors.push(invalid(at.child('terminationGracePeriodSeconds'), seconds, detail));
  }
  return errors;
}

const PROBE_NUMBERS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

function validateProbe(at: FieldPath, probe: IProbe): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, terminationGracePeriodSeconds: seconds } = probe;
  const errors = validateHandler(at, { exec, httpGet, tcpSocket, grpc }, undefined);
  for (const name of PROBE_NUMBERS) errors.push(...nonNegative(at.child(name), probe[name]));
  if (seconds !== undefined && seconds <= 0) {
    errors.push(invalid(at.child('terminationGracePeriodSeconds'), seconds, 'must be greater than 0'));
  }
  return errors;
}

function validateLifecycle(at: FieldPath, lifecycle: ILifecycle, gracePeriod: number | undefined): FieldError[] {
  return (['postStart', 'preStop'] as const).flatMap((name) => {
    const handler = lifecycle[name];
    return handler === undefined ? [] : validateHandler(at.child(name), handler, gracePeriod);
  });
}

function validateHandler(at: FieldPath, handler: Handler, gracePeriod: number | undefined): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  const errors: FieldError[] = [];
  const count = validateAlternatives(
    errors,
    [
      {
        at: at.child('exec'),
        value: exec,
        validate: () => ((exec?.command ?? []).length === 0 ? [required(at.child('exec', 'command'))] : []),
      },
      { at: at.child('httpGet'), value: httpGet, validate: () => validateHttpGet(at.child('httpGet'), httpGet!) },
      {
        at: at.child('tcpSocket'),
        value: tcpSocket,
        validate: () => portNumberOrName(at.child('tcpSocket', 'port'), tcpSocket?.port ?? 0),
      },
      {
        at: at.child('grpc'),
        value: grpc,
        validate: () => portNumberOrName(at.child('grpc', 'port'), grpc?.port ?? 0),
      },
      {
        at: at.child('sleep'),
        value: sleep,
        validate: () => validateSleep(at.child('sleep'), sleep?.seconds ?? 0, gracePeriod),
      },
    ],
    'may not specify more than 1 handler type',
  );
  if (count === 0) errors.push(required(at, 'must specify a handler type'));
  return errors;
}

function validateHttpGet(at: FieldPath, { path, port, scheme, httpHeaders }: IHTTPGetAction): FieldError[] {
  const errors = [...present(at.child('path'), path), ...portNumberOrName(at.child('port'), port ?? 0)];
  if (scheme !== 'HTTP' && scheme !== 'HTTPS') {
    errors.push(notSupported(at.child('scheme'), scheme ?? '', ['HTTP', 'HTTPS']));
  }
  for (const { name } of httpHeaders ?? []) {
    errors.push(...invalidEach(at.child('httpHeaders'), name, validateHttpHeaderName));
  }
  return errors;
}

function validateSleep(at: FieldPath, seconds: number, gracePeriod: number | undefined): FieldError[] {
  // Without a grace period the pod is invalid anyway, and that is what is reported.
  if (gracePeriod === undefined || (seconds >= 0 && seconds <= gracePeriod)) return [];
  return [invalid(at, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`)];
}

/** Probes and hooks make no sense for an init container that runs to completion. */
export function forbidProbesAndLifecycle(at: FieldPath, container: IContainer): FieldError[] {
  const detail = 'may not be set for init containers without restartPolicy=Always';
  return (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    .filter((name) => container[name] !== undefined)
    .map((name) => forbidden(at.child(name), detail));
}
