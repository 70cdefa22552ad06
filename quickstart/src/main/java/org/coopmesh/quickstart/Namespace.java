package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Runs code of this process inside a network namespace: a thread of its own enters it, so its sockets live there while the
 * rest of the process stays where it was. Linux, root.
 */
public final class Namespace {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_RDONLY = 0;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN =
            function(
                    "open",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle SETNS =
            function(
                    "setns",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Namespace() {}

    /** Starts a daemon thread that enters {@code namespace} and then runs {@code body}. */
    static Thread start(String namespace, String threadName, Runnable body) {
        return Thread.ofPlatform()
                .daemon()
                .name(threadName)
                .start(() -> {
                    enter(namespace);
                    body.run();
                });
    }

    /** Runs {@code body} inside {@code namespace} and waits for what it gives. */
    public static <T> T call(String namespace, Callable<T> body) {
        var result = new CompletableFuture<T>();
        start(
                namespace,
                "in " + namespace,
                () -> {
                    try {
                        result.complete(body.call());
                    } catch (Exception e) {
                        result.completeExceptionally(e);
                    }
                });
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in " + namespace, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("in " + namespace + ": " + e.getCause(), e.getCause());
        }
    }

    private static void enter(String namespace) {
        Path file = Path.of("/run/netns", namespace);
        if (!Files.exists(file)) {
            throw new UncheckedIOException(new IOException("no network namespace " + namespace));
        }
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) OPEN.invokeExact(arena.allocateFrom(file.toString()), O_RDONLY);
            int entered = (int) SETNS.invokeExact(descriptor, CLONE_NEWNET);
            int closed = (int) CLOSE.invokeExact(descriptor);
            if (entered != 0 || closed != 0) {
                throw new IllegalStateException("could not enter namespace " + namespace);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }
}
