import {
  getAppAuditLog,
  getWorkspaceAuditLog,
  listAppAuditLogs,
  listAuditLogs,
  listWorkspaceAuditLogs,
} from './audit-logs.ts';
import { countAuditLogs } from './counts.ts';
import { exportWorkspaceAuditLog } from './export.ts';
import { getAuditKeys, getAuditLogProof, listCheckpoints } from './checkpoints.ts';
import {
  createAuditSink,
  deleteAuditSink,
  getAuditSink,
  listAuditSinks,
  rotateAuditSinkSecret,
  testAuditSink,
  updateAuditSink,
} from './sinks.ts';
import { tailWorkspaceAuditLog } from './tail.ts';
import { getAccessTokenReport, replayPolicy } from './token-reports.ts';
import { readUsage } from './usage.ts';

/** Every operation of the audit service, by operationId. */
export const auditOperations = {
  listAuditLogs,
  listWorkspaceAuditLogs,
  getWorkspaceAuditLog,
  listAppAuditLogs,
  getAppAuditLog,
  countAuditLogs,
  listCheckpoints,
  getAuditLogProof,
  getAuditKeys,
  exportWorkspaceAuditLog,
  tailWorkspaceAuditLog,
  getAccessTokenReport,
  replayPolicy,
  createAuditSink,
  listAuditSinks,
  getAuditSink,
  updateAuditSink,
  deleteAuditSink,
  rotateAuditSinkSecret,
  testAuditSink,
  readUsage,
} as const;
