package org.coopmesh.billing.metering;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.springframework.stereotype.Service;

/** What the nodes counted: takes their signed reports in, each once, and says what an attachment used. */
@Service
public class Metering {
    /**
     * Sums what {@code attachments} used themselves in the hours that begin in [{@code from}, {@code to}). Every
     * attachment asked for is in the answer, with {@link Usage#NONE} where nothing was counted.
     */
    public Map<AttachmentId, Usage> used(
            Collection<AttachmentId> attachments, Instant from, Instant to) {
        throw new UnsupportedOperationException("the hours are not kept yet");
    }
}
