package io.octavo.server.housekeeping;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/** A store with a hook before and after each call, which may do what it likes: the calls are steps of some process. */
final class Interposed {
    private Interposed() {}

    /** The process whose step it was has died. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed(String at) {
            super(at);
        }
    }

    static <T> T of(Class<T> type, T store, Consumer<String> hook) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    hook.accept("before " + method.getName());
                    Object answer;
                    try {
                        answer = method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    hook.accept("after " + method.getName());
                    return answer;
                }));
    }
}
