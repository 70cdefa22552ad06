package org.coopmesh.billing.settlement;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.subscription.PayerId;

/** Keeps amounts that were posted to payers until a bill takes them; {@link PostedQueue} asks all there are. */
public interface PostedSource {
    /** What it posts; no other source posts the same. */
    Set<Posted.Kind> kinds();

    /** What was posted to the payers and is on no bill yet, of each in the order in which it goes on the bill. */
    Map<PayerId, List<Posted>> pending(Collection<PayerId> payers);

    /**
     * Puts what was posted on bills; what is on one stays there.
     *
     * @param bills the bill by what was posted
     */
    void bill(Map<UUID, UUID> bills);

    /** Payers to whom something was posted that is on no bill yet. */
    Collection<PayerId> payersWaiting();
}
