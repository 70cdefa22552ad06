package org.coopmesh.billing.simulation;

/** As many simulations as can be are under way. */
public class SimulationBusy extends RuntimeException {
    SimulationBusy() {
        super("other simulations are under way; try again when one is done");
    }
}
