import { sql } from 'kysely';
import type { StackProject } from '../../domain/stack-visibility.ts';

/** The project `j`, and whether the user is in it. */
export function projectJson(userName: string) {
  return sql`json_build_object('id', j.id, 'name', j.name, 'enabled', j.enabled, 'member', exists (
    select from api_gateway.project_members m where m.project_id = j.id and m.user_name = ${userName}))`;
}

/** The projects that the software stack `k` is kept for. */
export function stackProjects(userName: string) {
  return sql<StackProject[]>`(
    select coalesce(json_agg(${projectJson(userName)} order by j.name), '[]')
    from api_gateway.software_stack_projects kj join api_gateway.projects j on j.id = kj.project_id
    where kj.software_stack_id = k.id)`;
}
