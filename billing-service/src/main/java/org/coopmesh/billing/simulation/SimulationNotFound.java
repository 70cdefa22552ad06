package org.coopmesh.billing.simulation;

import java.util.UUID;

/** No such simulation, or none any more: only the newest are kept. */
public class SimulationNotFound extends RuntimeException {
    SimulationNotFound(UUID id) {
        super("no simulation " + id);
    }
}
