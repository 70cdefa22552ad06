package org.coopmesh.nodeagent.access;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes every rule and enforces none. */
final class NoFirewall implements Firewall {

    private static final Enforced NOTHING = new Enforced(Map.of());

    @Override
    public Enforced replace(Rules rules, Instant now) {
        return NOTHING;
    }

    @Override
    public Enforced change(Rules rules, List<Changed> changes, Instant now) {
        return NOTHING;
    }

    @Override
    public Optional<Enforced> check(Rules rules, Instant now) {
        return Optional.empty();
    }

    @Override
    public boolean has(String part) {
        return false;
    }

    @Override
    public void close() {}
}
