package org.coopmesh.billing.mail;

import java.util.Map;
import org.coopmesh.mail.Enclosure;
import org.jspecify.annotations.Nullable;

/**
 * What one mail says, but for the words around it.
 *
 * @param words the notice whose words fit what is true by now
 * @param values of the places of those words, as the reader's language writes them; without name and co-op, which every mail has
 */
public record Letter(Notice words, Map<String, String> values, @Nullable Enclosure enclosure) {
    public Letter {
        values = Map.copyOf(values);
    }
}
