package dev.oncegate.testbed.simulate;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * A place where the simulation gets between two parts of Kafka Streams: some calls it answers or
 * surrounds, all others go through.
 */
interface Seam {
  /** The call as it would be without the seam. */
  interface Call {
    @Nullable Object proceed() throws Throwable;
  }

  /**
   * @param method name of what is called
   * @param arguments empty where there are none
   */
  @Nullable Object called(String method, Object[] arguments, Call call) throws Throwable;

  /** The same object behind a seam. */
  static <T> T around(Class<? super T> type, T inner, Seam seam) {
    @SuppressWarnings("unchecked")
    T proxy =
        (T)
            Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (ignored, method, arguments) ->
                    seam.called(
                        method.getName(),
                        arguments == null ? new Object[0] : arguments,
                        () -> {
                          try {
                            return method.invoke(inner, arguments);
                          } catch (InvocationTargetException e) {
                            throw e.getCause();
                          }
                        }));
    return proxy;
  }
}
