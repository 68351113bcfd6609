import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { everyState, nextOf, shippedMachines } from '../../local/machines.ts';
import { ARCHITECTURE_FILE, DIAGRAM_FILE, diagramPage, withDiagram } from '../../local/write-diagram.ts';

const machines = shippedMachines();

describe('docs/lifecycle.md', () => {
  it('is what the machines are (npm run diagram writes it)', () => {
    expect(readFileSync(DIAGRAM_FILE, 'utf8')).toBe(diagramPage(machines));
  });

  it('and what ARCHITECTURE.md shows', () => {
    const architecture = readFileSync(ARCHITECTURE_FILE, 'utf8');
    expect(architecture).toContain('[*] --> WaitUntilDue');
    expect(architecture).toBe(withDiagram(architecture, machines));
  });

  it('has every way from one state to another', () => {
    const page = diagramPage(machines);
    for (const machine of machines.values()) {
      for (const { name, state } of everyState(machine)) {
        for (const next of nextOf(state)) expect(page).toContain(`${name} --> ${next}`);
      }
    }
  });

  it('changes with a machine', () => {
    const changed = structuredClone(machines);
    const claim = changed.get('carillon-local-reminder-lifecycle')?.States.ClaimOccurrence;
    delete claim?.Catch;
    expect(claim).toBeDefined();
    expect(diagramPage(changed)).not.toBe(diagramPage(machines));
  });

  it('says nothing that Mermaid takes for syntax', () => {
    const labels = [...diagramPage(machines).matchAll(/^ +[\w[\]*>-]+(?: --> [\w[\]*]+)?: (.*)$/gm)].map(
      ([, label]) => label,
    );
    expect(labels.length).toBeGreaterThan(50);
    for (const label of labels) expect(label).toMatch(/^[\w ,.<>/-]+$/);
  });
});
