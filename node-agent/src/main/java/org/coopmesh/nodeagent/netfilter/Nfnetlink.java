package org.coopmesh.nodeagent.netfilter;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.foreign.ValueLayout.OfInt;
import java.lang.foreign.ValueLayout.OfLong;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * One netlink socket to the packet filter, or to interfaces and routes, by the C library's own calls. Belongs to the network namespace of the thread that opened it.
 * After any error the socket is made anew, so that no late answer is taken for another's.
 */
final class Nfnetlink implements AutoCloseable {

    static final int REQUEST = 0x1;
    static final int ACK = 0x4;
    static final int DUMP = 0x300;
    static final int CREATE = 0x400;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;

    /** Which part of the kernel a socket speaks to, and how many bytes stand before the attributes of its messages. */
    enum Family {
        INTERFACE(0, 16),
        NEIGHBOUR(0, 12),
        NETFILTER(12, 4);

        private final int protocol;
        private final int header;

        Family(int protocol, int header) {
            this.protocol = protocol;
            this.header = header;
        }
    }

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_NETNS_COOKIE = 71;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;
    private static final int SOCKET_BUFFER_BYTES = 64 << 20;
    private static final long ANSWER_SECONDS_MAX = 30;

    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int DUMP_INTERRUPTED = 0x10;
    private static final int ACK_HAS_TEXT = 0x200;
    private static final int HEADER = 16;
    private static final int EINTR = 4;

    private static final OfInt INT = ValueLayout.JAVA_INT;
    private static final OfLong LONG = ValueLayout.JAVA_LONG;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET =
            call("socket", FunctionDescriptor.of(INT, INT, INT, INT));
    private static final MethodHandle SEND =
            call("send", FunctionDescriptor.of(LONG, INT, POINTER, LONG, INT));
    private static final MethodHandle RECV =
            call("recv", FunctionDescriptor.of(LONG, INT, POINTER, LONG, INT));
    private static final MethodHandle SETSOCKOPT =
            call("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, POINTER, INT));
    private static final MethodHandle GETSOCKOPT =
            call("getsockopt", FunctionDescriptor.of(INT, INT, INT, INT, POINTER, POINTER));
    private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(INT, INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = arena.allocate(CALL_STATE);
    private final MemorySegment option = arena.allocate(16, 8);
    private final MemorySegment optionLength = arena.allocate(4, 4);
    private final MemorySegment answer = arena.allocate(1 << 17, 16);
    private final ByteBuffer answers = answer.asByteBuffer().order(ByteOrder.nativeOrder());
    private final Family family;
    private int socket = -1;
    private int sequence = 1;

    Nfnetlink(Family family) {
        this.family = family;
    }

    private static MethodHandle call(String name, FunctionDescriptor signature) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                signature,
                Linker.Option.captureCallState("errno"));
    }

    /** One answer's message type, its attributes, and nothing that outlives the call. */
    interface Answer {
        void on(int type, Attributes attributes);
    }

    int nextSequence() {
        return ++sequence;
    }

    /** The kernel's own number of this network namespace; 0 where the kernel is too old to say. */
    long namespaceCookie() throws NetfilterFailure {
        open();
        optionLength.set(INT, 0, 8);
        try {
            int result =
                    (int)
                            GETSOCKOPT.invokeExact(
                                    state,
                                    socket,
                                    SOL_SOCKET,
                                    SO_NETNS_COOKIE,
                                    option,
                                    optionLength);
            return result == 0 ? option.get(LONG, 0) : 0;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Sends one request and hands over what comes back, until {@code lastSequence} is answered.
     *
     * @return false if a dump was interrupted by a change and has to be asked again
     * @throws NetfilterFailure with the first error that the kernel told
     */
    boolean exchange(
            Messages messages, int firstSequence, int lastSequence, boolean dump, Answer each)
            throws NetfilterFailure {
        open();
        send(messages.written());
        boolean consistent = true;
        NetfilterFailure failure = null;
        while (true) {
            int size = receive();
            int at = 0;
            while (at + HEADER <= size) {
                int length = answers.getInt(at);
                int type = answers.getShort(at + 4) & 0xffff;
                int flags = answers.getShort(at + 6) & 0xffff;
                int of = answers.getInt(at + 8);
                if (length < HEADER || at + length > size) {
                    throw abandoned(new NetfilterFailure("torn netlink answer", 0));
                }
                if (of - firstSequence >= 0 && lastSequence - of >= 0) {
                    if ((flags & DUMP_INTERRUPTED) != 0) {
                        consistent = false;
                    }
                    if (type == NLMSG_DONE) {
                        return consistent;
                    }
                    if (type == NLMSG_ERROR) {
                        int errno = -answers.getInt(at + HEADER);
                        if (errno != 0) {
                            failure = failure == null ? told(at, length, flags, errno) : failure;
                        }
                        // The whole batch was refused when the error names the message that opened
                        // it.
                        if (of == lastSequence || (errno != 0 && of == firstSequence)) {
                            if (failure != null) {
                                throw abandoned(failure);
                            }
                            return consistent;
                        }
                    } else {
                        each.on(
                                type,
                                new Attributes(answers, at + HEADER + family.header, at + length));
                        if (!dump) {
                            return true;
                        }
                    }
                }
                at += length + 3 & ~3;
            }
        }
    }

    private NetfilterFailure told(int at, int length, int flags, int errno) {
        String text = null;
        if ((flags & ACK_HAS_TEXT) != 0) {
            var attributes = new Attributes(answers, at + HEADER + 4 + HEADER, at + length);
            while (attributes.next()) {
                if (attributes.type() == 1) {
                    text = attributes.string();
                }
            }
        }
        return new NetfilterFailure(
                text == null ? "kernel refused" : "kernel refused: " + text, errno);
    }

    private void send(MemorySegment messages) throws NetfilterFailure {
        try {
            long sent = (long) SEND.invokeExact(state, socket, messages, messages.byteSize(), 0);
            if (sent != messages.byteSize()) {
                throw abandoned(new NetfilterFailure("netlink send", sent < 0 ? errno() : 0));
            }
        } catch (NetfilterFailure failure) {
            throw failure;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private int receive() throws NetfilterFailure {
        try {
            while (true) {
                long size = (long) RECV.invokeExact(state, socket, answer, answer.byteSize(), 0);
                if (size >= 0) {
                    return (int) size;
                }
                if (errno() != EINTR) {
                    throw abandoned(new NetfilterFailure("netlink receive", errno()));
                }
            }
        } catch (NetfilterFailure failure) {
            throw failure;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private int errno() {
        return (int) ERRNO.get(state, 0L);
    }

    private void open() throws NetfilterFailure {
        if (socket >= 0) {
            return;
        }
        try {
            int opened =
                    (int) SOCKET.invokeExact(state, AF_NETLINK, SOCK_RAW_CLOEXEC, family.protocol);
            if (opened < 0) {
                throw new NetfilterFailure("no netfilter socket", errno());
            }
            socket = opened;
        } catch (NetfilterFailure failure) {
            throw failure;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        // Best effort: an old kernel lacks some; the buffers need CAP_NET_ADMIN, as does all that
        // follows.
        set(SOL_SOCKET, SO_SNDBUFFORCE, 4, value -> value.set(INT, 0, SOCKET_BUFFER_BYTES));
        set(SOL_SOCKET, SO_RCVBUFFORCE, 4, value -> value.set(INT, 0, SOCKET_BUFFER_BYTES));
        set(SOL_NETLINK, NETLINK_CAP_ACK, 4, value -> value.set(INT, 0, 1));
        set(SOL_NETLINK, NETLINK_EXT_ACK, 4, value -> value.set(INT, 0, 1));
        if (family == Family.NEIGHBOUR) {
            // Only what was asked for comes, not ten thousand routes of others.
            set(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 4, value -> value.set(INT, 0, 1));
        }
        set(
                SOL_SOCKET,
                SO_RCVTIMEO,
                16,
                value -> {
                    value.set(LONG, 0, ANSWER_SECONDS_MAX);
                    value.set(LONG, 8, 0);
                });
    }

    private void set(int level, int name, int length, Consumer<MemorySegment> value) {
        value.accept(option);
        try {
            int ignored = (int) SETSOCKOPT.invokeExact(state, socket, level, name, option, length);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private NetfilterFailure abandoned(NetfilterFailure failure) {
        closeSocket();
        return failure;
    }

    private void closeSocket() {
        if (socket >= 0) {
            try {
                int ignored = (int) CLOSE.invokeExact(state, socket);
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
            socket = -1;
        }
    }

    @Override
    public void close() {
        closeSocket();
        arena.close();
    }
}
