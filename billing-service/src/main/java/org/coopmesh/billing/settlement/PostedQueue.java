package org.coopmesh.billing.settlement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** How what was posted to payers goes on their bills: whoever posted it, in one order, and on one bill only. */
@Service
public class PostedQueue {
    private final List<PostedSource> sources;

    PostedQueue(List<PostedSource> sources) {
        this.sources =
                sources.stream()
                        .sorted(Comparator.comparing(source -> first(source.kinds())))
                        .toList();
    }

    private static Posted.Kind first(Set<Posted.Kind> kinds) {
        return kinds.stream().min(Comparator.naturalOrder()).orElseThrow();
    }

    /** What was posted to the payers and is on no bill yet; a payer with nothing is left out. */
    public Map<PayerId, List<Posted>> pending(Collection<PayerId> payers) {
        var pending = new HashMap<PayerId, List<Posted>>();
        for (PostedSource source : sources) {
            source.pending(payers)
                    .forEach((payer, some) ->
                            pending.computeIfAbsent(payer, p -> new ArrayList<>()).addAll(some));
        }
        return pending;
    }

    /**
     * Puts what was posted on bills, so that it goes on no other. The caller holds the payers' accounts since it asked for
     * {@link #pending}.
     *
     * @param bills what each bill takes
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void bill(Map<UUID, List<Posted>> bills) {
        for (PostedSource source : sources) {
            var taken = new LinkedHashMap<UUID, UUID>();
            bills.forEach((bill, posted) -> {
                for (Posted each : posted) {
                    if (source.kinds().contains(each.kind())) {
                        taken.put(each.id(), bill);
                    }
                }
            });
            if (!taken.isEmpty()) {
                source.bill(taken);
            }
        }
    }

    /** Payers to whom something was posted that is on no bill yet. */
    public Set<PayerId> payersWaiting() {
        var payers = new LinkedHashSet<PayerId>();
        sources.forEach(source -> payers.addAll(source.payersWaiting()));
        return payers;
    }
}
