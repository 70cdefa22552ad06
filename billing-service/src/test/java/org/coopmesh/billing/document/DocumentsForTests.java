package org.coopmesh.billing.document;

import org.springframework.context.ApplicationContext;

/** Lets tests of other capabilities draw documents up. */
public final class DocumentsForTests {
    private DocumentsForTests() {}

    /** Draws up all that is due. */
    public static void drawUp(ApplicationContext context) {
        context.getBean(DrawingUp.class).check();
    }
}
